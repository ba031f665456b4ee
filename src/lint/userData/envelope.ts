import { typeOfText } from "../../config/userData/contentTypes.ts";
import { parseExcerpt } from "../../config/userData/excerpt.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { strictText } from "../../image/utf8.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { frontOf, Template } from "../templates/otherTemplates.ts";
import { findPlaceholders } from "../templates/placeholders.ts";

/** What holds the parts of a template: the file as it can be taken apart, and whether placeholders were replaced for that. */
export interface Envelope {
  readonly file: SeedFile;
  readonly isFilledIn: boolean;
  /** Whether all of its parts are filled in. */
  readonly isEmpty?: boolean;
}

/** The MIME message or archive of a template, with placeholders that say what a part is replaced, line for line. */
export function envelopeOf(file: SeedFile): Envelope {
  const text = file.excerpt?.text ?? strictText(file.bytes);
  if (text === undefined) return { file, isFilledIn: false };
  if (text.slice(0, 4096).toLowerCase().includes("mime-version:")) return messageOf(file, text);
  return typeOfText(text) === "text/cloud-config-archive" ? archiveOf(file, text) : { file, isFilledIn: false };
}

const ENCODING = /^content-transfer-encoding:/i;
const TYPE = /^content-type:(?!\s*multipart\/)/i;
const PACKED = /^content-type:\s*application\//i;

/** Bodies that are filled in are neither encoded nor packed, and types that are filled in are told by the content. */
function messageOf(file: SeedFile, text: string): Envelope {
  const placeholders = findPlaceholders(text, "all");
  if (placeholders.length === 0) return { file, isFilledIn: false };
  const lines = text.split("\n");
  const { count } = frontOf(text);
  lines.fill("X-Front: 1", 0, count);
  const isFilledIn = (line: string) => findPlaceholders(line, "all").length > 0;
  let encoding: number | undefined;
  let type: number | undefined;
  let isHeader = true;
  for (const [index, line] of lines.entries()) {
    if (/^--\S/.test(line)) {
      [encoding, type, isHeader] = [undefined, undefined, true];
    } else if (isHeader) {
      if (ENCODING.test(line)) encoding = index;
      if (TYPE.test(line)) type = index;
      if (TYPE.test(line) && isFilledIn(line.split(";", 1)[0]!)) lines[index] = "Content-Type: text/plain";
      if (line.trim() === "") isHeader = false;
    } else if ((encoding !== undefined || type !== undefined) && isFilledIn(line)) {
      const isEncoded = encoding !== undefined && /base64|quoted-printable|uu/i.test(lines[encoding]!);
      if (encoding !== undefined && isEncoded) lines[encoding] = "Content-Transfer-Encoding: 8bit";
      if (type !== undefined && PACKED.test(lines[type]!)) lines[type] = "Content-Type: text/plain";
      [encoding, type] = [undefined, undefined];
    }
  }
  const filledIn = lines.join("\n");
  if (filledIn === text) return { file, isFilledIn: false };
  return { file: { ...file, bytes: Buffer.from(filledIn) }, isFilledIn: true };
}

/** The key of an entry that says what it is, in front of its value. */
const TYPE_KEY = /(?:^|[\s{,-])type: *$/;

function archiveOf(file: SeedFile, text: string): Envelope {
  const whole = { text, path: file.path, line: 1, indent: 0, verbatim: true };
  const excerpt = file.excerpt ?? whole;
  const template = new Template(text, "all");
  if (template.placeholders.length === 0) return { file, isFilledIn: false };
  const blank = (given: string) => withoutTypes(given, text, template);
  const readings = ["values", "left-out", "first-branches"] as const;
  const texts = [() => blank(text), ...readings.map((reading) => () => blank(template.text(reading)))];
  for (const [index, give] of texts.entries()) {
    const filledIn = { ...excerpt, text: give() };
    const { node, error } = parseExcerpt(filledIn);
    if (error !== undefined) continue;
    const isFilledIn = index > 0 || filledIn.text !== text;
    return { file: isFilledIn ? { ...file, excerpt: filledIn } : file, isFilledIn, isEmpty: isValue(node) };
  }
  return { file, isFilledIn: false };
}

function isValue(node: ConfigNode | undefined): boolean {
  return node === undefined || node.type === "scalar";
}

/** A text, which may be masked, without the values of "type" that are placeholders in the template it is of. */
function withoutTypes(given: string, text: string, { placeholders }: Template): string {
  if (given.length !== text.length) return given;
  const out: string[] = [];
  let done = 0;
  for (const { start, end, role } of placeholders) {
    const before = text.slice(Math.max(0, start - 100), start);
    const [quote = ""] = /["']?$/.exec(before)!;
    if (role !== "value" || !TYPE_KEY.test(before.slice(0, before.length - quote.length))) continue;
    const [from, to] = [start - quote.length, text.startsWith(quote, end) ? end + quote.length : end];
    out.push(given.slice(done, from), " ".repeat(to - from));
    done = to;
  }
  return out.join("") + given.slice(done);
}
