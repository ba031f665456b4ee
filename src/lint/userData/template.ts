import type { Scalar } from "../../config/tree.ts";

/** How a text that is filled in later marks what: Terraform and Packer, or cloud-init's own Jinja. */
export type TemplateSyntax = "terraform" | "jinja";

/** Stands for every character of a placeholder: a character that YAML takes and nobody writes. */
const MASK = "\ue000";

/** Longer placeholders are none; after so many that nothing closes the rest is left alone. */
const LONGEST = 2_000;
const MOST_OPEN = 1_000;

const OPENINGS: Readonly<Record<TemplateSyntax, RegExp>> = { terraform: /[$%]\{/g, jinja: /\{[{%#]/g };
const CLOSINGS: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}" };

/** Whether a text has placeholders at all. */
export function hasPlaceholder(text: string, syntax: TemplateSyntax): boolean {
  return text.search(OPENINGS[syntax]) !== -1;
}

/** Whether a value is filled in later, wholly or in part. */
export function isFilledIn({ value }: Scalar, syntax: TemplateSyntax | undefined): boolean {
  if (typeof value !== "string") return false;
  return value.includes(MASK) || (syntax !== undefined && hasPlaceholder(value, syntax));
}

/**
 * The text with placeholders as values of the same length, so that every place stays. Lines that hold nothing but
 * directives are made comments; with `splices` so are lines that hold nothing but a placeholder.
 */
export function masked(text: string, syntax: TemplateSyntax, splices: boolean): string {
  const pieces: string[] = [];
  const directives: [start: number, end: number, isDirective: boolean][] = [];
  let done = 0;
  let open = 0;
  for (const { index } of text.matchAll(OPENINGS[syntax])) {
    if (index < done) continue;
    const end = endOf(text, index, syntax);
    if (end === undefined && ++open > MOST_OPEN) break;
    if (end === undefined) continue;
    pieces.push(text.slice(done, index), text.slice(index, end).replace(/[^\r\n]/g, MASK));
    directives.push([index, end, isDirective(text, index)]);
    done = end;
  }
  return commented(pieces.join("") + text.slice(done), directives, splices);
}

function isDirective(text: string, at: number): boolean {
  return text.startsWith("%{", at) || text.startsWith("{%", at) || text.startsWith("{#", at);
}

/** Behind the bracket that closes a placeholder; undefined where none does. */
function endOf(text: string, start: number, syntax: TemplateSyntax): number | undefined {
  const closing = syntax === "jinja" ? CLOSINGS[text.slice(start, start + 2)] : undefined;
  if (closing !== undefined) {
    const end = text.slice(start, start + LONGEST).indexOf(closing);
    return end === -1 ? undefined : start + end + 2;
  }
  let depth = 0;
  for (let at = start + 1; at < Math.min(text.length, start + LONGEST); at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return undefined;
}

function commented(
  text: string,
  placeholders: readonly (readonly [start: number, end: number, isDirective: boolean])[],
  splices: boolean,
): string {
  const out: string[] = [];
  let at = 0;
  let next = 0;
  for (const line of text.split("\n")) {
    const end = at + line.length;
    let [any, only] = [false, true];
    for (; next < placeholders.length && placeholders[next]![0] <= end; next++) {
      any = true;
      if (!placeholders[next]![2] && !splices) only = false;
    }
    const bare = any && only && line.replaceAll(MASK, "").trim() === "";
    out.push(bare ? line.replace(MASK, "#") : line);
    at = end + 1;
  }
  return out.join("\n");
}
