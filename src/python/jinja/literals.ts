import { int } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { Float } from "../scalars.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The string of a quoted word, with Python's escapes. */
export function readString(word: string): string {
  return word
    .slice(1, -1)
    .replace(
      /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
      (all, x, u, long, octal, other) => {
        const digits: string | undefined = x ?? u ?? long;
        if (digits !== undefined) return codePoint(Number.parseInt(digits, 16));
        if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
        if ("xuUN".includes(other)) throw new Raises(`invalid escape in a string: ${all}`);
        return Object.hasOwn(ESCAPES, other) ? ESCAPES[other]! : all;
      },
    );
}

function codePoint(code: number): string {
  if (code > 0x10ffff) throw new Raises("a string contains an invalid character");
  return String.fromCodePoint(code);
}

export function readInteger(word: string): number | bigint {
  if (word.length > 100) throw new CannotTell("it uses too large a number");
  return int(BigInt(word.replaceAll("_", "")));
}

export function readFloat(word: string): Float {
  return new Float(Number(word.replaceAll("_", "")));
}
