import { escapeProse } from "../escape.ts";

/** HTML that is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | readonly Html[] | null;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Strings without anything to escape: most of them. */
const HARMLESS = /^[\w ./-]*$/;

/**
 * HTML with values in it, in text or in quoted attributes: strings are escaped, with all hazardous characters made visible;
 * null adds nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(escaped)));
}

function escaped(value: Value): string {
  if (value === null) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" && HARMLESS.test(value)) return value;
  if (typeof value === "string") return escapeProse(value).replace(/[&<>"']/g, (char) => ENTITIES[char]!);
  return typeof value === "number" ? String(value) : value.map(({ text }) => text).join("");
}

/** Pieces of HTML with a separator between them. */
export function joined(pieces: readonly Html[], separator: string): Html {
  return new Html(pieces.map(({ text }) => text).join(html`${separator}`.text));
}

/** The number of things in words: "1 file", "2 files". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** The characters of a message, a value or a sentence that are shown. */
const MAX_PROSE = 1200;

/** Prose of a readable length. */
export function prose(text: string): Html {
  return html`${text.length > MAX_PROSE ? `${text.slice(0, MAX_PROSE)}…` : text}`;
}
