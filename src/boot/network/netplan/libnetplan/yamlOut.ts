import { YAML_ESCAPES } from "../../../../python/yaml/dumpScalar.ts";

/** What libnetplan writes: text as it is, text in double quotes, lists and mappings. */
export type Out =
  | { readonly plain: string }
  | { readonly quoted: string }
  | { readonly list: readonly Out[] }
  | { readonly map: readonly (readonly [key: Out, value: Out])[] };

export const plain = (text: string | number | boolean): Out => ({ plain: String(text) });
export const quoted = (text: string): Out => ({ quoted: text });
export const list = (items: readonly Out[]): Out => ({ list: items });

/** A mapping of the entries that are set, with plain keys. */
export function map(entries: readonly (readonly [key: string, value: Out | undefined])[]): Out {
  return { map: entries.flatMap(([key, value]) => (value === undefined ? [] : [[plain(key), value] as const])) };
}

const INDENT = 2;
const WIDTH = 80;

/** A document as libyaml's emitter writes it with libnetplan's settings (yaml-helpers.h, 0.106 to 1.2). */
export function writeYaml(root: Out): string {
  return `${block(root, 0)}\n`;
}

/** A non-empty collection, every line with its indentation. */
function block(value: Out, indent: number): string {
  const pad = " ".repeat(indent);
  if ("list" in value) return value.list.map((item) => `${pad}-${entry(item, indent, indent + 1, false)}`).join("\n");
  if (!("map" in value)) return "";
  return value.map
    .map(([key, item]) => {
      const head = `${pad}${scalar(key, 0, undefined)}:`;
      return head + entry(item, indent, head.length, true);
    })
    .join("\n");
}

/**
 * What follows a key or a dash: lists stand at the column of their key, a mapping in a list begins in the dash's line.
 */
function entry(value: Out, indent: number, column: number, ofMapping: boolean): string {
  if ("list" in value && value.list.length === 0) return " []";
  if ("map" in value && value.map.length === 0) return " {}";
  if (!("list" in value || "map" in value)) return ` ${scalar(value, column + 1, indent + INDENT)}`;
  if (ofMapping) return `\n${block(value, "list" in value ? indent : indent + INDENT)}`;
  return " ".repeat(INDENT - 1) + block(value, indent + INDENT).slice(indent + INDENT);
}

/** @param indent where a continuation line begins; undefined: keys have none */
function scalar(value: Out, column: number, indent: number | undefined): string {
  if ("quoted" in value) return doubleQuoted(value.quoted, column, indent);
  const text = "plain" in value ? value.plain : "";
  return isPlain(text) ? text : `! '${text.replaceAll("'", "''")}'`;
}

/** Whether libyaml can write a string without quotes, outside flow collections. */
function isPlain(text: string): boolean {
  return !(
    text === "" ||
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@` ]/.test(text) ||
    /^[?:-](?:\s|$)/.test(text) ||
    /.:(?:\s|$)/s.test(text) ||
    /\s#/.test(text) ||
    / $/.test(text) ||
    /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text)
  );
}

function doubleQuoted(text: string, start: number, indent: number | undefined): string {
  const chars = [...text];
  let out = '"';
  let column = start + 1;
  chars.forEach((char, index) => {
    const inner = index > 0 && index < chars.length - 1;
    if (char === " " && indent !== undefined && inner && column > WIDTH && chars[index - 1] !== " ") {
      out += `\n${" ".repeat(indent)}${chars[index + 1] === " " ? "\\" : ""}`;
      column = indent;
      return;
    }
    const written = escaped(char);
    out += written;
    column += [...written].length;
  });
  return `${out}"`;
}

function escaped(char: string): string {
  const short = YAML_ESCAPES[char];
  if (short !== undefined) return `\\${short}`;
  if (/^[\x20-\x7e\xa1-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
