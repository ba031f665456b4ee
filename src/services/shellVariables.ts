import { type Line, unquote } from "./lines.ts";

/** A `NAME=value` assignment, possibly after `export`, with its value unquoted. Undefined for anything else. */
export function assignmentIn({ text }: Line): { name: string; value: string } | undefined {
  const equals = text.indexOf("=");
  const name = text
    .slice(0, equals)
    .replace(/^export\s+/, "")
    .trim();
  if (equals === -1 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return undefined;
  return { name, value: unquote(text.slice(equals + 1).trim()) };
}
