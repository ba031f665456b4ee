import type { Origin } from "../../image/origin.ts";
import { strictText } from "../../image/utf8.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import type { ConfigNode, Mapping } from "../../python/tree.ts";
import { pyStr, toValue, truthy } from "../../python/value.ts";
import { findPair } from "../merge.ts";
import type { PartNote, PartsProblem } from "../problems.ts";
import { typeOfText } from "./contentTypes.ts";
import { decodeBody, decodeText, gunzip, hasInvalidBytes, LARGEST, tooLarge } from "./decode.ts";
import { derived, type Excerpt, excerptOf, parseExcerpt } from "./excerpt.ts";
import { type Entity, fileName, type Header, headerValue, parseMessage } from "./mime.ts";

/** A file that the cloud provides. */
export interface SeedFile {
  /** Its name for messages: a path on this machine or in the image. */
  readonly path: string;
  readonly bytes: Buffer;
  /** The position of the text if it is only part of the file. */
  readonly excerpt?: Excerpt;
}

/** One part of the data that the cloud provides: a cloud-config, a script ... */
export interface Part {
  /** Its content type, detected from its first line if the message does not specify it. */
  readonly type: string;
  /** Its own or assigned name: "part-001". */
  readonly name: string;
  readonly content: Excerpt;
  readonly headers: readonly Header[];
  /** The launch index of the instance that it is for; undefined for all. */
  readonly launchIndex: string | undefined;
}

/** All parts in order. */
export interface Parts {
  readonly parts: readonly Part[];
  /** What is unknown or was not read. */
  readonly notes: readonly PartNote[];
  /** Why cloud-init stops with an error before it uses any part. */
  readonly fatal: PartsProblem | undefined;
}

/** The number of parts that are read; real user-data has far fewer. */
const MOST = 1_000;

/** Content types of compressed parts (user_data.py). */
const PACKED = new Set(
  "gzip gzip-compressed gzipped x-compress x-compressed x-gunzip x-gzip x-gzip-compressed"
    .split(" ")
    .map((name) => `application/${name}`),
);
/** Types that are too general to trust. */
const GUESSED = new Set(["text/plain", "text/x-not-multipart", "text/x-shellscript"]);
const ARCHIVE = "text/cloud-config-archive";
/** Types that contain or refer to other parts. */
const UNPACKED_FURTHER = new Set([ARCHIVE, "text/x-include-url", "text/x-include-once-url"]);
/** Keys of an archive entry that are not headers. */
const NO_HEADERS = new Set(
  "content filename type launch-index content-disposition number-attachments content-type".split(" "),
);

/** An error in cloud-init that ends the init stage. */
class Stop extends Raises {
  readonly problem: PartsProblem;
  constructor(problem: PartsProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** Splits user-data or vendor-data into parts (cloudinit/user_data.py, 20.4 to 26.2). */
export function readParts(file: SeedFile): Parts {
  const reader = new Reader(file.path);
  try {
    reader.read(file);
    return { parts: reader.parts, notes: reader.notes, fatal: undefined };
  } catch (error) {
    if (error instanceof CannotTell) {
      const note = { code: "size-limit", origin: placeIn(file.path), part: null, limit: LARGEST } as const;
      return { parts: [], notes: [...reader.notes, note], fatal: undefined };
    }
    if (!(error instanceof Stop)) throw error;
    return { parts: [], notes: reader.notes, fatal: error.problem };
  }
}

function placeIn(path: string, line = 1, column = 1): Origin {
  return { path, line, column };
}

class Reader {
  readonly parts: Part[] = [];
  readonly notes: PartNote[] = [];
  readonly #path: string;
  readonly #most = { parts: MOST };
  /** The type of the last part of the message, which cloud-init also gives to the message itself. */
  #lastType = "";

  constructor(path: string) {
    this.#path = path;
  }

  read(file: SeedFile): void {
    const bytes = gunzip(file.bytes) ?? file.bytes;
    if (bytes.length > LARGEST) throw tooLarge();
    const packed = bytes !== file.bytes;
    if (bytes.subarray(0, 4096).toString("latin1").toLowerCase().includes("mime-version:")) {
      const text = strictText(bytes);
      if (text === undefined) throw new Stop({ code: "message-not-utf8", origin: placeIn(this.#path) });
      const message = parseMessage(text, this.#most);
      this.#walk(message, packed);
      if (this.#most.parts <= 0) this.#noteLimit();
      // cloud-init adds a message of type message/* to its own parts. Under another type it cannot be written.
      if (message.type.startsWith("message/") && !this.#lastType.startsWith("message/"))
        throw new Stop({ code: "message-not-written", origin: placeIn(this.#path), type: message.type });
    } else {
      const whole = { text: decodeText(bytes), path: this.#path, line: 1, indent: 0, verbatim: !packed };
      const content = (packed ? undefined : file.excerpt) ?? whole;
      this.#add("text/x-not-multipart", content, []);
    }
  }

  #noteLimit(): void {
    this.notes.push({ code: "parts-limit", origin: placeIn(this.#path), part: null, limit: MOST });
  }

  #walk(entity: Entity, packed: boolean): void {
    if (!entity.container) this.#entity(entity, packed);
    else if (entity.type.startsWith("message/")) this.#message(entity);
    for (const child of entity.children) this.#walk(child, packed);
  }

  /** An embedded message itself counts as a part. */
  #message({ type, headers, line }: Entity): void {
    const content = { text: "", path: this.#path, line, indent: 0, verbatim: false };
    this.#lastType = type;
    this.#attach(type, content, headers, fileName(headers));
  }

  #entity({ headers, type, body, line }: Entity, packed: boolean): void {
    const encoding = (headerValue(headers, "content-transfer-encoding") ?? "").trim().toLowerCase();
    const place = { path: this.#path, line, indent: 0 };
    const bytes = decodeBody(body, encoding);
    if (bytes === undefined) {
      this.notes.push({ code: "encoding-unknown", origin: placeIn(this.#path, line), part: null, encoding });
      return;
    }
    if (PACKED.has(type)) {
      const unpacked = gunzip(bytes);
      const text = unpacked === undefined ? undefined : strictText(unpacked);
      if (text === undefined) throw new Stop({ code: "part-not-unpacked", origin: placeIn(this.#path, line), type });
      // cloud-init wraps it in a message and unwraps it again, which corrupts non-ASCII letters.
      const looked = UNPACKED_FURTHER.has(typeOfText(text) ?? "")
        ? text
        : decodeText(decodeBody(text, "") ?? unpacked!);
      this.#add("text/plain", { ...place, text: looked, verbatim: false }, headers);
    } else {
      const text = decodeText(bytes);
      this.#add(type, { ...place, text, verbatim: !packed && text === body }, headers);
    }
  }

  #add(given: string, content: Excerpt, headers: readonly Header[]): void {
    const type = (GUESSED.has(given) ? typeOfText(content.text) : undefined) ?? given;
    if (type === ARCHIVE) this.#archive(content);
    else if (UNPACKED_FURTHER.has(type)) this.#include(content);
    else {
      this.#lastType = type;
      this.#attach(type, content, headers, fileName(headers), headerValue(headers, "launch-index"));
    }
  }

  #attach(type: string, content: Excerpt, headers: readonly Header[], name: string | undefined, index?: string): void {
    const launchIndex = index ?? (type === "text/cloud-config" ? launchIndexOf(content) : undefined);
    const number = String(this.parts.length + 1).padStart(3, "0");
    this.parts.push({ type, content, headers, name: name ?? `part-${number}`, launchIndex });
  }

  /** The content of a URL is known only at boot; this program never fetches anything. */
  #include({ text, path, line, verbatim }: Excerpt): void {
    text.split(/\r?\n/).forEach((entry, index) => {
      const address = entry.replace(/^#include(-once)?/i, "").trim();
      if (address === "" || address.startsWith("#")) return;
      const at = verbatim ? line + index : line;
      if (this.notes.length < MOST)
        this.notes.push({ code: "included", origin: placeIn(path, at), part: null, address });
    });
  }

  #archive(content: Excerpt): void {
    const { node, error } = parseExcerpt(content);
    const { path } = content;
    if (error !== undefined) {
      const origin = placeIn(path, error.line, error.column);
      this.notes.push({ code: "archive-not-yaml", origin, part: null, message: error.reason });
    }
    if (node?.type !== "sequence") {
      if (node !== undefined)
        this.notes.push({ code: "archive-not-a-list", origin: placeIn(path, content.line), part: null });
      return;
    }
    const lines = content.text.split("\n");
    for (const entry of node.children) {
      if (this.parts.length >= MOST) {
        this.#noteLimit();
        return;
      }
      if (entry.type === "scalar" && entry.kind === "str") this.#entry(content, lines, entry, undefined);
      else if (entry.type === "mapping") this.#entry(content, lines, findPair(entry, "content")?.value, entry);
    }
  }

  /** Archives and URLs inside an archive stay as they are: no handler accepts them. */
  #entry(
    archive: Excerpt,
    lines: readonly string[],
    content: ConfigNode | undefined,
    entry: Mapping | undefined,
  ): void {
    const value = (key: string) => (entry === undefined ? undefined : findPair(entry, key)?.value);
    const line = (content ?? entry)?.position.start.line ?? archive.line;
    const origin = placeIn(archive.path, line);
    const wrong = (what: "content" | "type" | "header", header: string | null = null) =>
      new Stop({ code: "entry-not-text", origin, what, header });
    const isText = content === undefined || (content.type === "scalar" && ["str", "binary"].includes(content.kind));
    if (!isText) throw wrong("content");
    const text = content === undefined ? "" : this.#text(content);
    const given = value("type");
    if (given !== undefined && truthy(given) && !(given.type === "scalar" && given.kind === "str")) throw wrong("type");
    const type =
      given !== undefined && truthy(given) ? pyStr(given).toLowerCase() : (typeOfText(text) ?? "text/cloud-config");
    if (!type.includes("/")) throw new Stop({ code: "type-invalid", origin, type });
    const headers: Header[] = [];
    for (const { key, value: held } of entry?.children ?? []) {
      const name = pyStr(key);
      if (NO_HEADERS.has(name.toLowerCase())) continue;
      if (held.type !== "scalar" || !["str", "null"].includes(held.kind)) throw wrong("header", name);
      headers.push({ name, value: held.kind === "null" ? "" : pyStr(held) });
    }
    const name = value("filename");
    const index = value("launch-index");
    const excerpt =
      content?.type === "scalar"
        ? excerptOf(archive, lines, content, text)
        : derived({ ...archive, line, verbatim: false }, text);
    const named = name === undefined ? undefined : pyStr(name).trim() || undefined;
    this.#attach(type, excerpt, headers, named, index === undefined ? undefined : pyStr(index));
  }

  #text(content: ConfigNode): string {
    const value = toValue(content);
    const binary = content.type === "scalar" && content.kind === "binary";
    return binary ? decodeText(Buffer.from(String(value), "latin1")) : String(value);
  }
}

/** The `launch-index` that a cloud-config itself sets. */
function launchIndexOf(content: Excerpt): string | undefined {
  if (!content.text.includes("launch-index") || hasInvalidBytes(content.text)) return undefined;
  const { node } = parseExcerpt(content);
  const value = node?.type === "mapping" ? findPair(node, "launch-index")?.value : undefined;
  return value === undefined || !/^[+-]?\d+$/.test(pyStr(value).trim()) ? undefined : pyStr(value).trim();
}
