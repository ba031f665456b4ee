import type { Random } from "./random.ts";

/** What has broken parsers and reports before, whatever they read. */
const NASTY: readonly string[] = [
  // Controls, terminals, bidi, blanks that only some call blank, byte order marks.
  ..."\0 \x01 \x07 \b \v \f \r \r\n \x1b \x1b[31m \x1b[2J \x1b]0;x\x07 \x1b]8;;http://x\x1b\\ \x7f \x80 \x85 \x9b31m \ufeff \xad".split(
    " ",
  ),
  ..."\xa0|\u1680|\u2003|\u2028|\u2029|\u202e|\u202f|\u2066|\u200b|\u3000|\u3164|\ud800|\udc00|\ufffd|\uffff|\u{1f600}|\u{e0041}|e\u0301|中|ﬁ|İ|ß".split(
    "|",
  ),
  // What the log of a CI system obeys.
  ...["::error::x", "\n::error file=a::x\n", "::add-mask::a", "::stop-commands::x", "::set-output name=a::b"],
  ...["##[error]x", "##[group]", "##vso[task.setvariable variable=a]b", "##vso[task.complete result=Failed;]"],
  // Names that objects have of their own.
  ..."__proto__ constructor prototype toString hasOwnProperty valueOf then length".split(" "),
  // Numbers at the ends of their types.
  ..."0 -1 00 08 0x0 1e999 -1e999 NaN Infinity 2147483648 4294967295 4294967296 9007199254740993 18446744073709551616 1_0 1.5 .inf 0o17 1:30:45".split(
    " ",
  ),
  "9".repeat(400),
  // Syntax of much that is read.
  ..."{ } [ ] ( ) < > : , ; # ! & * | ? - = + % @ ` ' \" \\ / $ ~ ^".split(" "),
  ...[
    "\n",
    "\n\n",
    "\t",
    " ",
    "  ",
    ": ",
    "- ",
    " #",
    "\n- ",
    "\n---\n",
    "\n...\n",
    "|\n",
    ">-\n",
    "<<: ",
    "&a ",
    "*a",
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of shells
  ...["{{", "}}", "{%", "%}", "{{ x }}", "{% for a in b %}", "{% endfor %}", "${x}", "$(x)", "`x`", "<<EOF\n", "$'"],
  ...["../", "/../..", "//", "/./", "*", "**", "?", "[!a]", "{a,b}", "%s", "%n", "\\\n", "\\u0000", "&amp;", "<!--"],
  ...["null", "~", "true", "no", "''", '""', "[]", "{}", "!!binary x", "!!python/name:os", "!!set", "2001-02-30"],
  ...["<<unknown:", "<<unknown:x>>", "<<hidden:", ">>", "Match all\n", "Include *\n", "#cloud-config\n", "#!/bin/sh\n"],
];

/** A longer input tells nothing more, in UTF-16 units or bytes. */
const LARGEST = 300_000;

/** What texts of one kind are made of beside what is nasty everywhere: words to put in, other texts to take from. */
export interface Material {
  readonly words?: readonly string[];
  readonly texts: readonly string[];
}

/** A text changed in a few places; seldom in one that makes it very long or deep. */
export function mutateText(text: string, random: Random, material: Material): string {
  let changed = text;
  const times = random.pick([1, 1, 2, 2, 3, 5, 8]);
  for (let count = 0; count < times; count++) changed = changeText(changed, random, material);
  if (random.chance(150)) changed = flood(changed, random, material);
  return changed.slice(0, LARGEST);
}

function changeText(text: string, random: Random, material: Material): string {
  const { words = [] } = material;
  const word = () => (words.length > 0 && random.chance(2) ? random.pick(words) : random.pick(NASTY));
  const at = random.below(text.length + 1);
  const insert = (piece: string, place = at) => text.slice(0, place) + piece + text.slice(place);
  switch (random.below(16)) {
    case 0:
    case 1:
      return insert(word());
    case 2:
    case 3:
      return insert(word(), boundary(text, at));
    case 4:
    case 5:
      return replaceWord(text, at, word());
    case 6:
      return text.slice(0, at) + text.slice(at + random.pick([1, 1, 2, 5, 20, 200]));
    case 7:
      return changeLines(text, random);
    case 8:
      return changeLines(text, random);
    case 9:
      return insert(pieceOf(random.pick(material.texts), random));
    case 10:
      return replaceWord(text, at, wordAt(text, random.below(text.length + 1)));
    case 11: {
      const piece = pieceOf(text, random).slice(0, 2000);
      return insert(piece.repeat(random.pick([1, 1, 2, 3, 30])));
    }
    case 12:
      return indent(text, at, random);
    case 13:
      return random.chance(4) ? text.slice(0, at) : text.replaceAll("\n", random.pick(["\n", "\r\n", "\r", "\n\n"]));
    case 14:
      return insert(String.fromCharCode(random.chance(3) ? random.below(0x10000) : random.below(256)));
    default:
      return text.replace(/\d+/, () => random.pick(["0", "-1", "1e9", "4294967296", "99999999999999999999", "0x1"]));
  }
}

/** One thing again and again: what costs more than linear time shows. */
function flood(text: string, random: Random, { words = [], texts }: Material): string {
  const one = random.pick([
    () => random.pick(NASTY),
    () => (words.length === 0 ? "(" : random.pick(words)),
    () => pieceOf(random.pick(texts), random).slice(0, 40),
    () => `${lineAt(text, random.below(text.length + 1))}\n`,
  ])();
  if (one === "") return text;
  const at = boundary(text, random.below(text.length + 1));
  const count = Math.ceil(random.pick([500, 5_000, 50_000]) / one.length);
  return text.slice(0, at) + one.repeat(count) + text.slice(at);
}

function changeLines(text: string, random: Random): string {
  const lines = text.split("\n");
  const [from, to] = [random.below(lines.length), random.below(lines.length)];
  switch (random.below(5)) {
    case 0:
      lines.splice(from, random.pick([1, 1, 2, 5]));
      break;
    case 1:
      lines.splice(to, 0, lines[from]!);
      break;
    case 2:
      [lines[from], lines[to]] = [lines[to]!, lines[from]!];
      break;
    case 3:
      lines.splice(from, 2, lines.slice(from, from + 2).join(random.pick(["", " ", "\\", ","])));
      break;
    default:
      lines.splice(to, 0, ...lines.slice(from, from + random.between(1, 6)));
  }
  return lines.join("\n");
}

function indent(text: string, at: number, random: Random): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  if (random.chance(2)) return text.slice(0, start) + random.pick([" ", "  ", "\t", "    "]) + text.slice(start);
  return text.slice(0, start) + text.slice(start).replace(/^[ \t]{1,2}/, "");
}

/** Where the word around a place begins or ends. */
function boundary(text: string, at: number): number {
  let place = at;
  while (place < text.length && /\w/.test(text[place]!)) place++;
  return place;
}

function wordAt(text: string, at: number): string {
  return /^\w+|^[^\w\n]+/.exec(text.slice(wordStart(text, at), at + 200))?.[0] ?? "";
}

function replaceWord(text: string, at: number, by: string): string {
  const start = wordStart(text, at);
  return text.slice(0, start) + by + text.slice(start + wordAt(text, at).length);
}

function wordStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  return start;
}

function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? undefined : end).slice(0, 2000);
}

/** Some lines of a text, or some characters. */
function pieceOf(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  if (random.chance(2)) return text.slice(at, at + random.pick([1, 3, 10, 50]));
  const start = text.lastIndexOf("\n", at) + 1;
  let end = start;
  for (let lines = random.between(1, 5); lines > 0 && end !== -1; lines--) end = text.indexOf("\n", end + 1);
  return text.slice(start, end === -1 ? undefined : end + 1);
}

/** Bytes changed in a few places; numbers of two and four bytes become ones at the ends of their range. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  const times = random.pick([1, 1, 2, 3, 5, 10]);
  for (let count = 0; count < times; count++) changed = changeBytes(changed, random);
  return changed.subarray(0, LARGEST);
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

function changeBytes(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return Buffer.from([random.below(256)]);
  // The beginnings of files hold what the rest is read by.
  const at = random.below(random.chance(3) ? Math.min(bytes.length, 600) : bytes.length);
  const number = random.pick(EXTREMES);
  switch (random.below(9)) {
    case 0:
      bytes[at] = bytes[at]! ^ (1 << random.below(8));
      return bytes;
    case 1:
    case 2:
      bytes[at] = random.chance(2) ? random.below(256) : number & 0xff;
      return bytes;
    case 3:
      if (at + 4 <= bytes.length) random.chance(2) ? bytes.writeUInt32BE(number, at) : bytes.writeUInt32LE(number, at);
      return bytes;
    case 4:
      if (at + 2 <= bytes.length)
        random.chance(2) ? bytes.writeUInt16BE(number & 0xffff, at) : bytes.writeUInt16LE(number & 0xffff, at);
      return bytes;
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.pick([1, 2, 4, 16, 512]))]);
    case 6:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(random.pick([1, 2, 4, 512]), number),
        bytes.subarray(at),
      ]);
    case 7: {
      const from = random.below(bytes.length);
      bytes.copy(bytes, at, from, from + random.pick([1, 4, 16, 512, 4096]));
      return bytes;
    }
    default:
      return random.chance(4)
        ? bytes.subarray(0, at)
        : bytes.fill(number & 0xff, at, Math.min(bytes.length, at + random.pick([2, 8, 64])));
  }
}
