import { shellWord } from "../distro/shellWords.ts";
import { hasUnknown } from "../image/unknown.ts";
import type { Line } from "./lines.ts";

/** A `NAME=value` assignment, possibly after `export`, with its value unquoted. Undefined for anything else. */
export function assignmentIn({ text }: Line): { name: string; value: string } | undefined {
  const equals = text.indexOf("=");
  const name = text
    .slice(0, equals)
    .replace(/^export\s+/, "")
    .trim();
  if (equals === -1 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return undefined;
  return { name, value: assignedValue(text.slice(equals + 1).trim()) };
}

/**
 * What a file of assignments gives a variable: a quoted word as a shell reads it, its `$NAME` kept, and all of what is not
 * quoted, as systemd and PAM do.
 */
export function assignedValue(text: string): string {
  if (!/^["']/.test(text)) return text;
  // A placeholder may hold anything.
  if (hasUnknown(text)) return text.replace(/^(["'])(.*)\1$/s, "$2");
  return shellWord(text, 0, (name) => `$${name}`).text;
}
