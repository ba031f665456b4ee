import { hidden } from "../../config/secret.ts";
import type { Hidden } from "./place.ts";

/** Shorter values are hidden only at their own places, since hiding them elsewhere would remove words from sentences. */
const SHORTEST = 5;
/** Shorter values are hidden elsewhere only if they do not look like words of a sentence. */
const SHORT = 8;
/** Values of this length are also hidden inside longer words, and if only their beginning appears. */
const LONG = 12;
const BEGINNING = 24;
/** Limits for the number of values, and of variants of one; real configurations stay below. */
const MOST = 50_000;

/** The secret values of a configuration, which are hidden everywhere and in every notation. */
export class SecretValues {
  readonly #byStart = new Map<string, { readonly text: string; readonly kind: Hidden }[]>();
  readonly #known = new Set<string>();
  /** The possible first two characters of a value, by a small hash. */
  readonly #starts = new Uint8Array(1 << 12);

  /** Adds a value: each of its lines and, for `user:password`, also the password. */
  add(value: string, kind: Hidden): void {
    if (/^<<(?:hidden|unknown):/.test(value)) return;
    for (const line of value.split(/\r\n|[\n\r]|\\n/)) {
      const text = line.trim();
      this.#addVariants(text, kind);
      const password = /^[\w.-]{1,64}:(?!\/\/)(.+)$/.exec(text)?.[1];
      if (password !== undefined) this.#addVariants(password.trim(), kind);
    }
    if (value.length >= SHORT) {
      const base64 = Buffer.from(value).toString("base64");
      for (const encoded of [
        base64,
        // base64url, which the Buffer of a browser lacks.
        base64.replaceAll("+", "-").replaceAll("/", "_"),
        Buffer.from(`${value}\n`).toString("base64"),
      ])
        this.#add(encoded.replace(/=+$/, ""), kind);
    }
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** The text with the values hidden; the number of lines stays the same. */
  hide(text: string): string {
    if (this.isEmpty) return text;
    const parts: string[] = [];
    let done = 0;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (this.#starts[bucket(text.charCodeAt(at), text.charCodeAt(at + 1))] === 0) continue;
      const found = this.#at(text, at);
      if (found === undefined) continue;
      parts.push(text.slice(done, at), hidden(found.kind === "callback" ? "token" : found.kind));
      done = at + found.length;
      at = done - 1;
    }
    return done === 0 ? text : parts.join("") + text.slice(done);
  }

  #at(text: string, at: number): { readonly length: number; readonly kind: Hidden } | undefined {
    let best: { readonly length: number; readonly kind: Hidden } | undefined;
    for (const { text: value, kind } of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
      let length = 0;
      while (length < value.length && text.charCodeAt(at + length) === value.charCodeAt(length)) length++;
      // A message may cut it.
      if (length < value.length && length < BEGINNING) continue;
      if (length <= (best?.length ?? 0)) continue;
      if (value.length >= LONG || (isEdge(text, at) && isEdge(text, at + length))) best = { length, kind };
    }
    return best;
  }

  #addVariants(text: string, kind: Hidden): void {
    if (text.length < SHORTEST || (text.length < SHORT && /^[a-z]+$/.test(text)) || isPlain(text)) return;
    const json = JSON.stringify(text).slice(1, -1);
    for (const variant of [
      text,
      json,
      JSON.stringify(json).slice(1, -1),
      text.replaceAll("'", "''"),
      text.replaceAll("'", "'\\''"),
      text.replaceAll("'", `'"'"'`),
      text.replaceAll("\\", "\\\\").replaceAll("'", "\\'"),
      text.replace(/[^\w@%+=:,./-]/g, "\\$&"),
      text.replaceAll("$", "$$$$"),
      Buffer.from(text).toString("utf8") === text ? encodeURIComponent(text) : text,
    ])
      this.#add(variant, kind);
  }

  #add(text: string, kind: Hidden): void {
    if (text.length < SHORTEST || this.#known.has(text) || this.#known.size >= MOST) return;
    this.#known.add(text);
    this.#starts[bucket(text.charCodeAt(0), text.charCodeAt(1))] = 1;
    const start = text.slice(0, SHORTEST);
    const others = this.#byStart.get(start) ?? [];
    others.push({ text, kind });
    this.#byStart.set(start, others);
  }
}

function bucket(first: number, second: number): number {
  return (first * 61 + second) & 0xfff;
}

/** Whether there is a word boundary between two characters. */
function isEdge(text: string, at: number): boolean {
  return !/^\w\w$/.test(text.slice(Math.max(0, at - 1), at + 1));
}

/** What stands for something in many places: a word that messages and files use, a place. One step a character. */
function isPlain(text: string): boolean {
  return /^(?:password|passwd|secret|token|cloud-init|debian|ubuntu|default|disabled|enabled|unchanged|system|localhost|production|https?:\/\/[\w.:-]+\/?|\/(?:[\w.-]+\/)*[\w.-]*|[\d.:/]+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,8})$/.test(
    text,
  );
}
