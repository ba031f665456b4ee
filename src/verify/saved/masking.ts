import { gunzipSync, gzipSync } from "node:zlib";
import type { SecretKind } from "../../config/secret.ts";
import { typeOfText } from "../../config/userData/contentTypes.ts";
import { strictText } from "../../image/utf8.ts";
import { fromBase64 } from "../../lint/fileKind.ts";
import { isSecretFile } from "../../lint/secrets/paths.ts";
import type { Secrets } from "../../lint/secrets/secrets.ts";
import { SecretValues } from "../../lint/secrets/values.ts";
import type { MaskedValues } from "./maskedValues.ts";
import { linesWithoutPrivateHalf } from "./privateKeys.ts";
import { hiddenSpans, type Span } from "./spans.ts";

/**
 * How much of a file may be a secret: in one that everybody has ("shipped") only what looks random; in code and package
 * databases ("program") only what is a secret elsewhere.
 */
export type Trust = "own" | "shipped" | "program";

/** The size up to which packed data is unpacked. */
const LARGEST = 32 * 1024 * 1024;

/**
 * Masks the secrets of files so that what reads them still works: equal secrets become equal values. Everything is learned
 * before anything is masked, since a secret may be found in one file and only stand in another.
 */
export class Masking {
  readonly #secrets: Secrets;
  readonly #values: MaskedValues;
  readonly #known = new SecretValues();
  /** Lines that a secret consists of, which may be the content of a file. */
  readonly #lines = new Set<string>();
  /** Lines of files that everybody has, in which something looks like a secret. */
  readonly #shippedLines = new Set<string>();

  constructor(secrets: Secrets, values: MaskedValues) {
    this.#secrets = secrets;
    this.#values = values;
  }

  /** Learns what is secret in a file. */
  learn(path: string, bytes: Buffer, trust: Trust = "own"): void {
    const inner = unpack(bytes);
    if (inner !== undefined) {
      this.learn(path, inner.bytes, trust);
      return;
    }
    if (trust === "program") return;
    const text = textOf(bytes);
    for (const [line, instead] of linesWithoutPrivateHalf(text)) {
      this.#values.set(line, instead);
      this.#known.add(line, "key");
    }
    for (const group of groupsOf(spansIn(path, text, this.#secrets.file(path, text)))) {
      const blob = blobOf(group);
      for (const { value, kind, line } of group) {
        if (trust === "shipped" && !looksRandom(value)) this.#shippedLines.add(line);
        else {
          for (const part of linesIn(value)) this.#lines.add(part);
          if (looksRandom(value)) this.#known.add(value, kind);
        }
      }
      if (blob === undefined) continue;
      if (isUserData(blob.bytes)) this.learn("user-data", blob.bytes);
      else
        for (const line of linesIn(blob.bytes.toString("utf8"))) {
          this.#lines.add(line);
          this.#known.add(line, "key");
        }
    }
  }

  /** A file with its secrets masked. */
  file(path: string, bytes: Buffer, trust: Trust = "own"): Buffer {
    const inner = unpack(bytes);
    if (inner !== undefined) return inner.pack(this.file(path, inner.bytes, trust));
    const isText = strictText(bytes) !== undefined;
    if (!isText && trust === "own" && isSecretFile(path)) return Buffer.alloc(bytes.length);
    // What is left of a damaged file may be unpacked by others.
    if (isPacked(bytes) && trust === "own") return Buffer.alloc(bytes.length).fill(bytes.subarray(0, 2), 0, 2);
    if (isText && trust === "own" && this.#isSecret(textOf(bytes))) return this.#opaque(bytes, "key");
    const masked = this.#masked(textOf(bytes), this.#shown(path, textOf(bytes), trust), path);
    if (isText) return Buffer.from(masked);
    // What makes it no text stays.
    const raw = Buffer.from(masked, "latin1");
    if (raw.length === bytes.length) for (const [index, byte] of bytes.entries()) if (byte > 0x7f) raw[index] = byte;
    return raw;
  }

  /** A sentence, a path, a command. */
  text(text: string): string {
    return this.#masked(text, this.#known.hide(this.#secrets.text(text)));
  }

  /** A name, or a text that shows no secret but those that only other files tell. */
  name(text: string): string {
    return this.#masked(text, this.#known.hide(text));
  }

  #shown(path: string, text: string, trust: Trust): string {
    return this.#known.hide(trust === "program" ? text : this.#secrets.file(path, text));
  }

  #masked(text: string, shown: string, path = ""): string {
    const parts: string[] = [];
    let done = 0;
    const spans = spansIn(path, text, shown).filter(
      ({ line, value }) => !this.#shippedLines.has(line) || looksRandom(value),
    );
    for (const group of groupsOf(spans)) {
      const values = this.#instead(group);
      for (const [index, { start, end }] of group.entries()) {
        parts.push(text.slice(done, start), values[index]!);
        done = end;
      }
    }
    return parts.join("") + text.slice(done);
  }

  #instead(group: readonly Span[]): string[] {
    const blob = blobOf(group);
    if (blob === undefined) return group.map(({ value, kind }) => this.#values.of(value, kind));
    const masked = isUserData(blob.bytes)
      ? this.file("user-data", blob.bytes)
      : this.#opaque(blob.bytes, group[0]!.kind);
    const digits = blob.pack(masked);
    const width = Math.max(...group.map(({ value }) => value.length));
    return group.map((_, index) =>
      index === group.length - 1 ? digits.slice(index * width) : digits.slice(index * width, (index + 1) * width),
    );
  }

  /** Whether a file has nothing but lines of secrets: what user-data writes to a file that only its owner may read. */
  #isSecret(text: string): boolean {
    const lines = linesIn(text);
    return lines.length > 0 && lines.every((line) => this.#lines.has(line));
  }

  /** Every line of a file replaced. */
  #opaque(bytes: Buffer, kind: SecretKind): Buffer {
    const lines = bytes.toString("utf8").split("\n");
    return Buffer.from(lines.map((line) => this.#values.of(line, kind)).join("\n"));
  }
}

/** The secrets of a text: no boundaries of MIME parts, and no keys of a YAML file that is secret as a whole. */
function spansIn(path: string, text: string, shown: string): Span[] {
  const spans = hiddenSpans(text, shown);
  if (spans.length === 0) return spans;
  const boundaries = new Set(
    [...text.matchAll(/\bboundary="?([^"\s;]{1,70})/gi)].flatMap(([, name]) => [`--${name}`, `--${name}--`]),
  );
  const isYaml = /\.ya?ml$/.test(path);
  return spans.flatMap((span) => {
    if (boundaries.has(span.value.trim())) return [];
    const [, key = ""] = (isYaml && span.isWholeLine && /^((?:- +)?["']?[\w.-]+["']?: *)/.exec(span.value)) || [];
    const [start, value] = [span.start + key.length, span.value.slice(key.length)];
    return value === "" ? [] : [{ ...span, start, value, isWholeLine: key === "" && span.isWholeLine }];
  });
}

/** The lines of a value as it may be written, in quotes and on one line. */
function linesIn(value: string): string[] {
  return value
    .trim()
    .replace(/^(["'])(.*)\1$/s, "$2")
    .split(/(?:\\r)?\\n|\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A value that no text has by chance. */
function looksRandom(value: string): boolean {
  return (
    value.length >= 8 &&
    !/\s/.test(value) &&
    /\d/.test(value) &&
    /[A-Za-z]/.test(value) &&
    !/^[a-z\d]+(?:[-_.][a-z\d]+)+$/.test(value)
  );
}

function isUserData(bytes: Buffer): boolean {
  const beginning = bytes.toString("utf8", 0, 4096);
  return typeOfText(beginning) !== undefined || /mime-version:/i.test(beginning);
}

interface Packed {
  readonly bytes: Buffer;
  pack(bytes: Buffer): Buffer;
}

/** UTF-8, or else one character per byte. */
function textOf(bytes: Buffer): string {
  return strictText(bytes) ?? bytes.toString("latin1");
}

function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What a file holds that is packed as a whole; undefined for any other. */
function unpack(bytes: Buffer): Packed | undefined {
  if (isPacked(bytes)) {
    try {
      return { bytes: gunzipSync(bytes, { maxOutputLength: LARGEST }), pack: (inner) => gzipSync(inner) };
    } catch {
      return undefined;
    }
  }
  const decoded = fromBase64(bytes);
  return decoded && { bytes: decoded, pack: (inner) => Buffer.from(`${inner.toString("base64")}\n`) };
}

/** Spans that may be one value: successive lines that have nothing else. */
function groupsOf(spans: readonly Span[]): Span[][] {
  const groups: Span[][] = [];
  for (const span of spans) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isNext = last?.isWholeLine && span.isWholeLine && span.start - last.end < 80;
    if (isNext && isBase64(last.value) === isBase64(span.value)) group!.push(span);
    else groups.push([span]);
  }
  return groups;
}

function isBase64(value: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(value.trim());
}

/** What base64 in a group of spans holds; undefined if it is none of a text. */
function blobOf(group: readonly Span[]): { readonly bytes: Buffer; pack(bytes: Buffer): string } | undefined {
  const digits = group.map(({ value }) => value.trim()).join("");
  if (digits.length < 16 || digits.length % 4 !== 0 || !isBase64(digits)) return undefined;
  const bytes = Buffer.from(digits, "base64");
  const inner = unpack(bytes);
  if (inner !== undefined) return { bytes: inner.bytes, pack: (masked) => inner.pack(masked).toString("base64") };
  const text = strictText(bytes);
  const isText = text !== undefined && !/[\x00-\x08\x0e-\x1f\x7f]/.test(text);
  return isText ? { bytes, pack: (masked) => masked.toString("base64") } : undefined;
}
