/** Code points that must not reach a terminal, written down without the help of the code under test. */
const RANGES: readonly (readonly [number, number, string])[] = [
  [0x00, 0x09, "C0 before the newline"],
  [0x0b, 0x1f, "C0 after the newline"],
  [0x7f, 0x9f, "DEL and C1"],
  [0xa0, 0xa0, "no-break space"],
  [0xad, 0xad, "soft hyphen"],
  [0x061c, 0x061c, "Arabic letter mark"],
  [0x115f, 0x1160, "Hangul fillers"],
  [0x180b, 0x180f, "Mongolian selectors"],
  [0x2000, 0x200f, "blanks, zero-width characters, direction marks"],
  [0x2028, 0x202f, "line and paragraph separators, bidi embeddings"],
  [0x205f, 0x206f, "invisible operators, bidi isolates"],
  [0x3000, 0x3000, "ideographic space"],
  [0x3164, 0x3164, "Hangul filler"],
  [0xd800, 0xdfff, "lone surrogates"],
  [0xe000, 0xf8ff, "private use"],
  [0xfe00, 0xfe0f, "variation selectors"],
  [0xfeff, 0xfeff, "byte order mark"],
  [0xfff9, 0xfffb, "interlinear annotation"],
  [0xffff, 0xffff, "no character"],
  [0xe0000, 0xe01ef, "tags and variation selectors"],
  [0xf0000, 0x10ffff, "private use"],
];

const escaped = (code: number) => `\\u{${code.toString(16)}}`;
const ANY = new RegExp(`[${RANGES.map(([first, last]) => `${escaped(first)}-${escaped(last)}`).join("")}]`, "u");

/** Every such character of a text, described. */
export function hazardsIn(text: string): string[] {
  if (!ANY.test(text)) return [];
  return [...text].flatMap((char) => {
    const code = char.codePointAt(0)!;
    const range = RANGES.find(([first, last]) => code >= first && code <= last);
    return range === undefined ? [] : [`U+${code.toString(16)} ${range[2]}`];
  });
}

/** One text with characters of every range, a colour and a line of its own. */
export const EVERY_HAZARD = `${RANGES.map(([first, last]) => `x${String.fromCodePoint(first)}x${String.fromCodePoint(last)}`).join("")}\x1b[31mred\r\nINJECTED`;
