import { gunzipSync } from "node:zlib";
import { distance } from "fastest-levenshtein";
import { hidden } from "../../config/secret.ts";
import { typeOfText } from "../../config/userData/contentTypes.ts";
import { type Excerpt, excerptOf, parseExcerpt } from "../../config/userData/excerpt.ts";
import { readParts } from "../../config/userData/parts.ts";
import type { ConfigNode, Mapping, Pair, Scalar } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { type FileKind, fromBase64 } from "../userData/kind.ts";
import { Template } from "../userData/otherTemplates.ts";
import { findInFile, hideInFile, hideLine, kindOfFile } from "./files.ts";
import { hideForms } from "./forms.ts";
import { Outline } from "./outline.ts";
import { type Hidden, hiddenAs, itemOf, keyOf, type Place, topOf } from "./place.ts";
import { SecretValues } from "./values.ts";

/** Told of every hidden value that was found. */
export type Found = (value: string, kind: Hidden) => void;

/** A stretch of one line: columns from 1, the end beyond the last one. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: Hidden;
}

/** What is to be hidden where a node and its aliases are met again and again: so many visits are made. */
const MOST_VISITS = 300_000;

/**
 * The text of a document with its secrets hidden, line by line: its lines stay as many. Each position is what our tables
 * declare it to be; where the text is no YAML, what its lines look like decides. `found` gets the hidden values.
 */
export function hideInDocument(bytes: Buffer, path: string, kind: FileKind, found: Found): string {
  const shown = readDocument(bytes, path, kind, found);
  return isPacked(bytes) || fromBase64(bytes) !== undefined ? shown.allHidden() : shown.text();
}

/** Tells what is hidden in a document. */
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

/** What YAML makes of a text, which another program may have to fill in first. */
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

/** The top of a document; undefined where our tables say nothing of one. */
export function topOfKind(kind: FileKind): Place | undefined {
  if (kind === "meta-data") return undefined;
  return topOf(kind === "network-config" ? kind : "cloud-config");
}

function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Longer lists are not treated as commands. */
const MOST_WORDS = 40;

/** Whether a command takes a secret as a word of its own. */
function isTelling(words: readonly string[]): boolean {
  return words.some((word) =>
    /^(?:\S*\/)?(?:attach|enable-livepatch|configure|config|set|login|install|join|password|\w*passwd|mkpasswd|\w+_password|add_user|wpa_passphrase|nmcli|iwconfig|htpasswd|rabbitmqctl)$/.test(
      word,
    ),
  );
}

/** The words of a command that what stands before them makes a secret: `[curl, -u, user:password]`. */
export function secretWords(items: readonly ConfigNode[]): Scalar[] {
  if (items.length > MOST_WORDS) return [];
  const words = items.filter((item) => item.type === "scalar");
  if (words.length < items.length) return [];
  const secret = secretAmong(words.map((word) => String(word.value)));
  return words.filter((_, index) => secret.has(index));
}

/** Which of a command's words are secret, by their numbers. */
function secretAmong(texts: readonly string[]): Set<number> {
  const found = new Set<number>();
  const tells = isTelling(texts);
  for (const [index, text] of texts.entries()) {
    const before = texts[index - 1] ?? "";
    if (index === 0 || text === "" || !(tells || /^--?\w/.test(before) || text.startsWith("-"))) continue;
    const together = hideForms(texts.slice(0, index + 1).join(" "));
    if (hideForms(text) === text && !together.endsWith(text)) found.add(index);
  }
  return found;
}

/** The secret words of the commands that are lists on one line: columns from 0. */
function* secretWordsOf(line: string): Generator<{ readonly start: number; readonly end: number }> {
  for (const { 1: inner = "", index } of line.matchAll(/\[([^[\]]{3,2000})\]?/g)) {
    const words = [...inner.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,'"][^,]*/g)];
    if (words.length < 2 || words.length > MOST_WORDS) continue;
    const secret = secretAmong(words.map(([word]) => word.trim().replace(/^(["'])(.*)\1$/, "$2")));
    for (const [number, word] of words.entries()) {
      const start = index + 1 + word.index;
      if (secret.has(number)) yield { start, end: start + word[0].trimEnd().length };
    }
  }
}

/** A file that a text, which may be no YAML, has written. */
interface WrittenLoosely {
  readonly column: number;
  path: string;
  permissions: string;
  readonly content: { readonly index: number; readonly start: number; readonly end: number }[];
}

/** The contents of files in a text's lines that their paths or permissions make secret: columns from 0. */
function secretContents(lines: readonly string[]): WrittenLoosely["content"] {
  const secret: WrittenLoosely["content"] = [];
  let file: WrittenLoosely | undefined;
  let isContent = false;
  const close = (): void => {
    if (file === undefined) return;
    const text = file.content.map(({ index, start }) => lines[index]!.slice(start)).join("\n");
    if (isSecretContent(file.path, file.permissions, text)) for (const part of file.content) secret.push(part);
    file = undefined;
  };
  for (const [index, line] of lines.entries()) {
    const [lead = "", indent = "", dash = "", key = "", value = ""] =
      /^(\s*)(-\s+)?["']?([\w-]+)["']?\s*:(?:\s+(.*?))?\s*$/.exec(line) ?? [];
    const start = line.search(/\S/);
    if (start === -1) continue;
    if (file !== undefined && isContent && start > file.column) {
      file.content.push({ index, start, end: line.length });
      continue;
    }
    isContent = false;
    const column = indent.length + dash.length;
    if (lead === "" || dash !== "" || column !== file?.column) close();
    if (lead === "") continue;
    file ??= { column, path: "", permissions: "", content: [] };
    const member = memberOf(key);
    if (member === "path" || member === "permissions") file[member] = value.replace(/^["']|["']$/g, "");
    isContent = member === "content";
    if (isContent && !/^(?:[|>][-+\d]*)?$/.test(value))
      file.content.push({ index, start: line.indexOf(value, column + key.length), end: line.length });
  }
  close();
  return secret;
}

/** Which member of a file's entry a key is, misspelt or not. */
function memberOf(key: string): "path" | "content" | "permissions" | undefined {
  if (/^(?:path|pth|paht|filename|file|dest)$/.test(key)) return "path";
  if (/^(?:perms?|permissions?|mode)$/.test(key) || distance(key, "permissions") <= 2) return "permissions";
  return distance(key, "content") <= 2 ? "content" : undefined;
}

/** The file that an entry of a list writes, and whether its content is hidden as a whole. */
export function writtenBy({ children }: Mapping): {
  readonly path: string | undefined;
  readonly content: Scalar | undefined;
  readonly isSecret: boolean;
} {
  const get = (name: string): Scalar | undefined => {
    const pair =
      children.find(({ key }) => key.value === name) ?? children.find(({ key }) => memberOf(pyStr(key)) === name);
    return pair?.value.type === "scalar" ? pair.value : undefined;
  };
  const [path, content, permissions] = [get("path"), get("content"), get("permissions")];
  if (path === undefined || content === undefined) return { path: undefined, content, isSecret: false };
  const mode = permissions === undefined ? "" : pyStr(permissions);
  const isSecret = content.kind === "str" && isSecretContent(pyStr(path), mode, String(content.value));
  return { path: pyStr(path), content, isSecret };
}

/** Whether a file's content is hidden as a whole. */
function isSecretContent(path: string, permissions: string, text: string): boolean {
  const isPrivate = /^["']?0?o?0?[46]00["']?$|^(?:256|384)$/.test(permissions) && !isRead(path);
  return isPrivate || byPath(path, text) || byPath(path, decoded(text));
}

/** What a text in base64 stands for; another text is returned as it is. */
function decoded(text: string): string {
  const digits = text.replace(/\s+/g, "");
  if (digits.length < 8 || digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) return text;
  return Buffer.from(digits, "base64").toString("utf8");
}

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

  /** Hides what a YAML document of the file holds, a template's as well. */
  yaml(excerpt: Excerpt, top: Place | undefined): void {
    const { node, isTemplate } = readTemplate(excerpt);
    if (node !== undefined && node.type !== "scalar") this.#visit(node, top, excerpt);
    // Of a template's branches not all are in what YAML reads.
    const isLoose = node === undefined || node.type === "scalar" || isTemplate;
    if (isLoose || (excerpt.verbatim && excerpt.text.includes("#"))) this.#looseLines(excerpt, top, !isLoose);
    // What is encoded in the file stands there in another form, which lines may still show.
    if (!excerpt.verbatim && excerpt.text !== "") this.loose(top, excerpt.line);
  }

  /** Hides by their looks the lines of the file from one on. */
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
    // A missing blank makes a key of all: {root:password}.
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

  /** A document in a string of this one; hidden as a whole where it does not stand there as it is. */
  #nested(node: Scalar, excerpt: Excerpt, kind: FileKind = "image-config"): void {
    const value = String(node.value);
    const inner = excerptOf(excerpt, excerpt.text.split("\n"), node, value);
    if (inner.verbatim) this.yaml(inner, topOfKind(kind));
    else if (hideInDocument(Buffer.from(value), this.#path, kind, this.#found) !== value)
      this.#hide(node, "password", excerpt);
  }

  /** The address without what is behind its host. */
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

  /** A file that the configuration writes: its path tells what it holds, and who may read it whether others should. */
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

  /** Hides a scalar: what stands behind it as a comment too, which may repeat it. */
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

  /** Hides what a text's outline tells of it. @param isRead whether only of comments, since YAML reads the rest */
  #looseLines({ text, line: first, indent: shift, verbatim }: Excerpt, top: Place | undefined, isRead = false): void {
    const outline = Outline.below(top);
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
        this.#foundLoosely(line.slice(found.from), found.kind);
        hide(index, found.from, line.length, found.kind);
      } else
        for (const { start, end } of secretWordsOf(line)) {
          this.#found(line.slice(start, end), "password");
          hide(index, start, end, "password");
        }
    }
    if (!isRead) for (const { index, start, end } of secretContents(lines)) hide(index, start, end, "key");
  }

  /** The value of a line, without what YAML puts around it; of `user:password` the password as well. */
  #foundLoosely(text: string, kind: Hidden): void {
    const value = withoutEnd(text.trim().replace(/^(?:(?:[&!][^\s,[\]{}]*|[*@%`|>"'-])\s*)/, ""));
    this.#found(value, kind);
    const password = /^-?\s*["']?[^\s:"']+:(.+?)["']?$/.exec(value)?.[1];
    if (password !== undefined) this.#found(password.trim(), kind);
  }
}

/** A text without the quotes and commas at its end. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && `"',`.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Files that programs want to be readable by nobody else, whatever they hold. */
function isRead(path: string): boolean {
  return /^\/etc\/(?:ssh|sudoers|netplan|NetworkManager|cloud|systemd|apt|cron|logrotate|audit|sysctl|hosts|ntp|chrony)/.test(
    path,
  );
}

/** Whether the path of a file hides more of it than the forms of its values do. */
function byPath(path: string, text: string): boolean {
  return hideInFile(path, text) !== hideInFile("", text);
}

/** Whether a text in base64 holds what would be hidden if it were not encoded. */
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

/** Hides blocks of base64 that hold secrets: the bodies of a MIME message's parts. */
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
