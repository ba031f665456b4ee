import type { Image } from "../../image/image.ts";
import { readLines } from "../lines.ts";
import type { SourceEntry } from "./entry.ts";

/** The entries of a file in the one-line style of sources.list(5): `deb [option=value ...] uri suite component ...`. */
export function readOneLineSources(image: Image, path: string): SourceEntry[] {
  return readLines(image, path).flatMap(({ text, number }) => {
    const [type, ...rest] = tokens(text);
    const options = rest[0]?.startsWith("[") ? rest.shift()! : "[]";
    const [uri, suite, ...components] = rest.map(decode);
    if (type === undefined || uri === undefined || suite === undefined) return [];
    return [{ type, uri, suite, components, options: optionsIn(options), path, line: number }];
  });
}

function optionsIn(brackets: string): Map<string, string> {
  const options = brackets.slice(1, -1).trim().split(/\s+/);
  return new Map(
    options.flatMap((option) => {
      const equals = option.indexOf("=");
      return equals === -1 ? [] : [[option.slice(0, equals).toLowerCase(), option.slice(equals + 1)]];
    }),
  );
}

/** Words separated by blanks, up to a comment. Quotes, brackets and placeholders may contain blanks; quotes are removed. */
function tokens(line: string): string[] {
  const found: string[] = [];
  let word = "";
  for (let i = 0; i < line.length && line[i] !== "#"; i++) {
    const character = line[i]!;
    const closing = line.startsWith("<<unknown:", i) ? ">>" : { '"': '"', "[": "]" }[character];
    if (closing !== undefined) {
      const close = line.indexOf(closing, i + 1);
      const end = close === -1 ? line.length : close + closing.length;
      word += character === '"' ? line.slice(i + 1, end - 1) : line.slice(i, end);
      i = end - 1;
    } else if (/\s/.test(character)) {
      if (word !== "") found.push(word);
      word = "";
    } else {
      word += character;
    }
  }
  return word === "" ? found : [...found, word];
}

/** Decodes a word: apt accepts percent-encoding such as %20 in every word. */
function decode(word: string): string {
  return word.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
