import { strip } from "./strings.ts";

/** Python (3.11, and older ones with the fix) refuses longer decimal numbers; we refuse any that are longer. */
const MAX_DIGITS = 4300;

/** The digits of a number, after the base's prefix if it has one; `_` may stand between two of them. */
const DIGITS = {
  2: /^(?:0b_?)?([01]+(?:_[01]+)*)$/i,
  8: /^(?:0o_?)?([0-7]+(?:_[0-7]+)*)$/i,
  10: /^([0-9]+(?:_[0-9]+)*)$/,
  16: /^(?:0x_?)?([0-9a-f]+(?:_[0-9a-f]+)*)$/i,
} as const;
const PREFIXES = { 2: "0b", 8: "0o", 10: "", 16: "0x" } as const;

/** Python's int(text, base): spaces around, a sign and the base's prefix are accepted; undefined if it raises. */
export function readInt(text: string, base: 2 | 8 | 10 | 16): bigint | undefined {
  const trimmed = westernDigits(strip(text));
  const unsigned = /^[-+]/.test(trimmed) ? trimmed.slice(1) : trimmed;
  const digits = DIGITS[base].exec(unsigned)?.[1]?.replaceAll("_", "");
  if (digits === undefined || digits.length > MAX_DIGITS) return undefined;
  const value = BigInt(PREFIXES[base] + digits);
  return trimmed.startsWith("-") ? -value : value;
}

const FLOAT =
  /^[-+]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:e[-+]?[0-9]+(?:_[0-9]+)*)?$/;

/** Python's float(text); undefined if it raises. */
export function readFloat(text: string): number | undefined {
  const trimmed = westernDigits(strip(text)).toLowerCase();
  if (FLOAT.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
  const [, sign, word] = /^([-+]?)(inf|infinity|nan)$/.exec(trimmed) ?? [];
  if (word === undefined) return undefined;
  return word === "nan" ? Number.NaN : sign === "-" ? -Infinity : Infinity;
}

/** Python accepts the decimal digits of any script, which are in blocks of ten. */
function westernDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
    return String(value);
  });
}
