import { gunzipSync } from "node:zlib";
import { hidden } from "../../config/secret.ts";
import { typeOfText } from "../../config/userData/contentTypes.ts";
import { type Excerpt, excerptOf, parseExcerpt } from "../../config/userData/excerpt.ts";
import { readParts } from "../../config/userData/parts.ts";
import type { ConfigNode, Mapping, Pair, Scalar } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { type FileKind, fromBase64 } from "../fileKind.ts";
import { Template } from "../templates/otherTemplates.ts";
import { secretWords, secretWordsOf } from "./commandWords.ts";
import { findInFile, hideInFile, hideLine, kindOfFile } from "./files.ts";
import { Outline } from "./outline.ts";
import { type Hidden, hiddenAs, itemOf, keyOf, type Place, topOf } from "./place.ts";
import { SecretValues } from "./values.ts";
import { secretContents, writtenBy } from "./writtenFiles.ts";

/** Receives every hidden value that was found. */
export type Found = (value: string, kind: Hidden) => void;

/** A range in one line: columns from 1, the end is exclusive. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: Hidden;
}

/** The maximum number of visits, since aliases can repeat a node any number of times. */
const MOST_VISITS = 300_000;

/**
 * The text of a document with its secrets hidden; the number of lines stays the same. The keys declare which positions
 * are secret; if the text is not YAML, the form of its lines decides. `found` receives the hidden values.
 */
export function hideInDocument(bytes: Buffer, path: string, kind: FileKind, found: Found): string {
  const shown = readDocument(bytes, path, kind, found);
  return isPacked(bytes) || fromBase64(bytes) !== undefined ? shown.allHidden() : shown.text();
}

/** Determines what is hidden in a document. */
export function findInDocument(bytes: Buffer, path: string, kind: FileKind, found: Found): void {
  readDocument(bytes, path, kind, found);
}

function readDocument(bytes: Buffer, path: string, kind: FileKind, found: Found): Shown {
  const text = bytes.toString("utf8");
  const shown = new Shown(text, path, found);
  const packed = isPacked(bytes);
  const whole = { text, path, line: 1, indent: 0, verbatim: !packed };
  if (kind === "user-data") {
    const decoded = fromBase64(bytes) ?? bytes;
    const { parts } = readParts({ path, bytes: decoded });
    if (typeOfText(text) === "text/cloud-config-archive") shown.yaml(whole, undefined);
    else if (parts.length === 0) shown.loose(topOf("cloud-config"));
    const isWhole = decoded === bytes && !packed;
    for (const { type, content } of parts) {
      const excerpt = isWhole ? content : { ...content, verbatim: false };
      if (/cloud-config|jinja2|jsonp|not-multipart|^text\/plain/.test(type)) shown.yaml(excerpt, topOf("cloud-config"));
    }
  } else shown.yaml(whole, topOfKind(kind));
  return shown;
}

/** The YAML tree of a text, which may be a template for another program. */
function readTemplate(excerpt: Excerpt): { readonly node: ConfigNode | undefined; readonly isTemplate: boolean } {
  const { node } = parseExcerpt(excerpt);
  if (node !== undefined) return { node, isTemplate: false };
  const template = new Template(excerpt.text, "all");
  if (template.placeholders.length === 0) return { node, isTemplate: false };
  for (const reading of ["values", "left-out"] as const) {
    const filled = parseExcerpt({ ...excerpt, text: template.text(reading) }).node;
    if (filled !== undefined) return { node: filled, isTemplate: true };
  }
  return { node, isTemplate: true };
}

/** The top of a document; undefined if nothing is declared for its kind. */
export function topOfKind(kind: FileKind): Place | undefined {
  if (kind === "meta-data") return undefined;
  return topOf(kind === "network-config" ? kind : "cloud-config");
}

function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** An alias as the value of a line, and an anchor before a value. */
const ALIAS = /^\*([^\s,[\]{}"']+)/;
const ANCHOR = /(?<=[\s[{,-])&([^\s,[\]{}]+)(?:\s+|$)/;

class Shown {
  readonly #path: string;
  readonly #found: Found;
  readonly #own = new SecretValues();
  readonly #lines: string[];
  readonly #spans = new Map<number, Span[]>();
  readonly #done = new Map<ConfigNode, Set<Place | undefined>>();
  #visits = 0;

  constructor(text: string, path: string, found: Found) {
    this.#path = path;
    this.#found = (value, kind) => {
      this.#own.add(value, kind);
      found(value, kind);
    };
    this.#lines = text.split("\n");
  }

  text(): string {
    for (const [line, spans] of this.#spans) {
      const text = this.#lines[line - 1];
      if (text !== undefined) this.#lines[line - 1] = cutOut(text, spans);
    }
    return this.#own.hide(hideEncoded(hideInFile(this.#path, this.#lines.join("\n"))));
  }

  allHidden(): string {
    return this.#lines.map((line) => (line === "" ? "" : hidden("key"))).join("\n");
  }

  /** Hides secrets in a YAML document of the file, including a template. */
  yaml(excerpt: Excerpt, top: Place | undefined): void {
    const { node, isTemplate } = readTemplate(excerpt);
    if (node !== undefined && node.type !== "scalar") this.#visit(node, top, excerpt);
    // The YAML tree does not contain all branches of a template.
    const isLoose = node === undefined || node.type === "scalar" || isTemplate;
    if (isLoose || (excerpt.verbatim && excerpt.text.includes("#"))) this.#looseLines(excerpt, top, !isLoose);
    // Encoded values appear in the file in another form, which lines may still show.
    if (!excerpt.verbatim && excerpt.text !== "") this.loose(top, excerpt.line);
  }

  /** Hides secrets by the form of the lines, from a given line on. */
  loose(top: Place | undefined, from = 1): void {
    const text = this.#lines.slice(from - 1).join("\n");
    this.#looseLines({ text, path: this.#path, line: from, indent: 0, verbatim: true }, top);
  }

  #visit(node: ConfigNode, place: Place | undefined, excerpt: Excerpt): void {
    const places = this.#done.get(node) ?? new Set();
    this.#done.set(node, places);
    if (places.has(place) || ++this.#visits > MOST_VISITS) return;
    places.add(place);
    if (node.type === "scalar") this.#scalar(node, place, excerpt);
    else if (node.type === "sequence") {
      for (const child of node.children) this.#visit(child, itemOf(place), excerpt);
      this.#words(node.children, excerpt);
    } else {
      for (const pair of node.children) this.#pair(pair, place, excerpt);
      this.#written(node, excerpt);
    }
  }

  #pair(pair: Pair, place: Place | undefined, excerpt: Excerpt): void {
    const name = pyStr(pair.key);
    const isNull = pair.value.type === "scalar" && pair.value.kind === "null";
    // A missing blank turns the whole text into a key: {root:password}.
    if (place?.all !== undefined && (isNull || name.includes(":"))) this.#hide(pair.key, place.all, excerpt);
    this.#visit(pair.value, keyOf(place, name), excerpt);
    for (const lost of pair.shadowed) if (lost.path === pair.path) this.#pair(lost, place, excerpt);
  }

  #scalar(node: Scalar, place: Place | undefined, excerpt: Excerpt): void {
    const kind = hiddenAs(place, node);
    if (kind !== undefined) {
      if (kind !== "callback" || !/^[a-z]+:\/\//i.test(pyStr(node))) this.#hide(node, kind, excerpt);
      else this.#callback(node, excerpt);
      return;
    }
    if (node.kind !== "str" && node.kind !== "binary") return;
    const value = String(node.value);
    if (typeOfText(value)?.includes("cloud-config") === true && value.includes("\n")) this.#nested(node, excerpt);
    else if (holdsEncoded(value)) this.#hide(node, "key", excerpt);
    else if (value.includes("\n")) findInFile("", value, this.#found);
  }

  /** A document in a string of this one; hidden entirely unless the file contains it literally. */
  #nested(node: Scalar, excerpt: Excerpt, kind: FileKind = "image-config"): void {
    const value = String(node.value);
    const inner = excerptOf(excerpt, excerpt.text.split("\n"), node, value);
    if (inner.verbatim) this.yaml(inner, topOfKind(kind));
    else if (hideInDocument(Buffer.from(value), this.#path, kind, this.#found) !== value)
      this.#hide(node, "password", excerpt);
  }

  /** The URL up to its host. */
  #callback(node: Scalar, excerpt: Excerpt): void {
    const value = pyStr(node);
    const rest = value.replace(/^[a-z]+:\/\/[^/?#]*\/?/i, "");
    if (rest === "") return;
    this.#found(rest, "token");
    this.#found(value, "callback");
    const { start, end } = node.position;
    const line = this.#lines[start.line - 1] ?? "";
    const at = start.line === end.line && excerpt.verbatim ? line.indexOf(rest, start.column - 1) : -1;
    if (at === -1) this.#hide(node, "token", excerpt);
    else this.#add(start.line, { start: at + 1, end: at + 1 + rest.length, kind: "token" });
  }

  /** A command as its words. */
  #words(items: readonly ConfigNode[], excerpt: Excerpt): void {
    for (const word of secretWords(items)) this.#hide(word, "password", excerpt);
  }

  /** A file that the configuration writes: its path and its permissions show whether its content is secret. */
  #written(node: Mapping, excerpt: Excerpt): void {
    const type = node.children.find(({ key }) => key.value === "type")?.value;
    const { path, content, isSecret } = writtenBy(node);
    if (content !== undefined && type?.type === "scalar" && pyStr(type).includes("cloud-config"))
      this.#nested(content, excerpt);
    if (path === undefined || content?.kind !== "str") return;
    const kind = kindOfFile(path);
    if (isSecret) this.#hide(content, "key", excerpt);
    else if (kind !== undefined) this.#nested(content, excerpt, kind);
  }

  /** Hides a scalar and the comment after it, which may repeat it. */
  #hide(node: Scalar, kind: Hidden, excerpt: Excerpt): void {
    this.#found(pyStr(node), kind);
    if (node.type === "scalar" && node.kind === "binary")
      this.#found(Buffer.from(String(node.value), "latin1").toString("base64"), kind);
    if (!excerpt.verbatim) return;
    const { start, end } = node.position;
    for (let number = start.line; number <= end.line; number++) {
      const line = this.#lines[number - 1] ?? "";
      const from = number === start.line ? start.column : line.search(/\S/) + 1;
      if (from === 0 || (number === end.line && number > start.line && end.column <= from)) continue;
      const isHeader = number === start.line && end.line > start.line && /^[|>]/.test(line.slice(from - 1));
      if (!isHeader) {
        const to = number === end.line ? end.column : line.length + 1;
        const isLast = /^\s+#/.test(line.slice(to - 1));
        this.#add(number, { start: from, end: isLast ? line.length + 1 : to, kind });
      } else if (line.includes("#"))
        this.#add(number, { start: line.indexOf("#", from) + 1, end: line.length + 1, kind });
    }
  }

  #add(line: number, span: Span): void {
    const spans = this.#spans.get(line);
    if (spans === undefined) this.#spans.set(line, [span]);
    else spans.push(span);
  }

  /** Hides secrets that the outline of a text shows. @param isRead whether only those in comments, since YAML covers the rest */
  #looseLines({ text, line: first, indent: shift, verbatim }: Excerpt, top: Place | undefined, isRead = false): void {
    const outline = Outline.below(top);
    const aliases = new Map<string, Hidden>();
    let comment: { readonly column: number; readonly outline: Outline } | undefined;
    const lines = text.split("\n");
    const hide = (index: number, start: number, end: number, kind: Hidden): void => {
      if (verbatim) this.#add(first + index, { start: start + 1 + shift, end: end + 1 + shift, kind });
    };
    for (const [index, line] of lines.entries()) {
      const start = line.search(/\S/);
      if (start === -1) continue;
      if (line.charAt(start) === "#" && !outline.isHiding(start)) {
        if (comment?.column !== start) comment = { column: start, outline: outline.comment(start) };
        const bare = line.replace(/#+/, (marks) => " ".repeat(marks.length));
        const found = bare.trim() === "" ? undefined : comment.outline.read(bare);
        if (found !== undefined) hide(index, found.from, line.length, found.kind);
        continue;
      }
      comment = undefined;
      const found = outline.read(line);
      if (isRead) continue;
      if (found !== undefined) {
        const alias = ALIAS.exec(line.slice(found.from))?.[1];
        if (alias !== undefined) aliases.set(alias, found.kind);
        this.#foundLoosely(line.slice(found.from), found.kind);
        hide(index, found.from, line.length, found.kind);
      } else
        for (const { start, end } of secretWordsOf(line)) {
          this.#found(line.slice(start, end), "password");
          hide(index, start, end, "password");
        }
    }
    if (aliases.size > 0) this.#anchors(lines, aliases, hide);
    if (!isRead) for (const { index, start, end } of secretContents(lines)) hide(index, start, end, "key");
  }

  /** Hides the values that aliases in secret positions refer to: to the end of their line, and the lines indented below. */
  #anchors(
    lines: readonly string[],
    aliases: ReadonlyMap<string, Hidden>,
    hide: (index: number, start: number, end: number, kind: Hidden) => void,
  ): void {
    let block: { readonly indent: number; readonly kind: Hidden } | undefined;
    for (const [index, line] of lines.entries()) {
      const indent = line.search(/\S/);
      if (indent === -1) continue;
      if (block !== undefined && indent <= block.indent) block = undefined;
      const [whole = "", name = ""] = ANCHOR.exec(line) ?? [];
      const kind = aliases.get(name);
      if (kind !== undefined) block = { indent, kind };
      if (block === undefined) continue;
      const start = kind === undefined ? indent : line.indexOf(whole) + whole.length;
      if (/^(?:[|>][-+\d]*)?\s*$/.test(line.slice(start))) continue;
      this.#foundLoosely(line.slice(start), block.kind);
      hide(index, start, line.length, block.kind);
    }
  }

  /** The value of a line, without YAML syntax around it; for `user:password`, also the password. */
  #foundLoosely(text: string, kind: Hidden): void {
    const value = withoutEnd(text.trim().replace(/^(?:(?:[&!][^\s,[\]{}]*|[*@%`|>"'-])\s*)/, ""));
    this.#found(value, kind);
    const password = /^-?\s*["']?[^\s:"']+:(.+?)["']?$/.exec(value)?.[1];
    if (password !== undefined) this.#found(password.trim(), kind);
  }
}

/** A text without trailing quotes and commas. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && `"',`.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Whether a base64 text contains something that would be hidden if it were not encoded. */
function holdsEncoded(text: string): boolean {
  const digits = text.replace(/\s+/g, "");
  if (digits.length < 16 || digits.length > 4_000_000 || !/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) return false;
  let bytes = Buffer.from(digits, "base64");
  try {
    if (isPacked(bytes)) bytes = gunzipSync(bytes, { maxOutputLength: 4_000_000 });
  } catch {
    return true;
  }
  const decoded = bytes.toString("utf8");
  return decoded.includes("\ufffd") ? isPacked(bytes) : hideInFile("", decoded) !== decoded;
}

/** Hides base64 blocks that contain secrets: the bodies of a MIME message's parts. */
function hideEncoded(text: string): string {
  return text.replace(/(?:^[ \t]*[A-Za-z0-9+/]{16,}={0,2}[ \t]*\r?(?:\n|$))+/gm, (block) => {
    if (!holdsEncoded(block)) return block;
    return block
      .split("\n")
      .map((line) => hideLine(line, "key"))
      .join("\n");
  });
}

function cutOut(line: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, kind } of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (end - 1 <= done) continue;
    const from = Math.max(done, start - 1);
    if (from > done || done === 0) parts.push(line.slice(done, from), hidden(kind === "callback" ? "token" : kind));
    done = Math.max(done, end - 1);
  }
  return parts.join("") + line.slice(done);
}
