import { createHash } from "node:crypto";
import type { SecretKind } from "../../config/secret.ts";

/** What of a hash says only how it was made. */
const HASH_SCHEME =
  /^(?:\$[A-Za-z0-9-]{1,20}\$(?:(?:rounds=\d+|[vmtp]=[\w,=]+|j[\w./]{1,3})\$)*|\{[A-Z0-9-]{1,20}\}|grub\.pbkdf2\.\w+\.\d+\.)/;
/** What of a token says only whose it is. */
const TOKEN_MAKER =
  /^(?:AKIA|ASIA|gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|eyJ|AIza|hv[sb]\.|npm_|dop_v1_|sk[-_](?:live_|test_|proj-|ant-)?|tskey-|SG\.|ya29\.|AGE-SECRET-KEY-1)/;
/** The first and last lines of a key, and words that say something else in the place of a secret. */
const NO_SECRET = /^(?:-{3,}[A-Z0-9 ]+-{3,}|R|RANDOM|disabled|enabled|[!*x]?)$/;

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const ALL = LETTERS + LETTERS.toUpperCase() + DIGITS;

/**
 * Values that take the place of secrets: equal ones for equal secrets, with the same length, punctuation, scheme of hash and
 * maker of token, and nothing else of them. The same secrets in the same order get the same values.
 */
export class MaskedValues {
  /** By the letters and digits of a secret, which are the same in each notation. */
  readonly #made = new Map<string, string>();
  readonly #exact = new Map<string, string>();
  /** YAML's names for values that are masked where they stand. */
  readonly #aliases = new Set<string>();
  /** The accounts that `name:password` may be of. */
  readonly #accounts: ReadonlySet<string>;

  constructor(accounts: ReadonlySet<string>) {
    this.#accounts = accounts;
  }

  of(value: string, kind: SecretKind): string {
    const trimmed = value.trim();
    if (trimmed !== value) return value.replace(trimmed, () => this.of(trimmed, kind));
    const exact = this.#exact.get(value);
    if (exact !== undefined) return exact;
    if (NO_SECRET.test(value)) return value;
    const [anchor, anchored] = /^&(\S+) +(?=\S)/.exec(value) ?? [];
    if (anchor !== undefined) {
      this.#aliases.add(`*${anchored}`);
      return anchor + this.of(value.slice(anchor.length), kind);
    }
    if (this.#aliases.has(value)) return value;
    const [, quote, inner] = /^(["'])(.*)\1$/s.exec(value) ?? [];
    if (quote !== undefined) return quote + this.of(inner!, kind) + quote;
    const parts = value.split(kind === "userinfo" ? /((?:\\r)?\\n|:)/ : /((?:\\r)?\\n)/);
    if (parts.length > 1) return parts.map((part, index) => (index % 2 === 0 ? this.of(part, kind) : part)).join("");
    const [, name = "", rest = ""] = /^([^\s:"']{1,64}):(.*)$/s.exec(value) ?? [];
    if (this.#accounts.has(name)) return `${name}:${this.of(rest, kind)}`;
    const known = (kind === "hash" ? HASH_SCHEME : TOKEN_MAKER).exec(value)?.[0] ?? HASH_SCHEME.exec(value)?.[0] ?? "";
    return known + this.#instead(value.slice(known.length));
  }

  /** Sets what takes the place of a value, for one that has a form of its own. */
  set(value: string, standIn: string): void {
    this.#exact.set(value, standIn);
  }

  #instead(value: string): string {
    const letters = lettersOf(value);
    // Little but punctuation: all of it is the secret.
    if (letters.length * 2 < value.replace(/\s/g, "").length) return this.#madeOf(value, true);
    const made = this.#madeOf(letters, false);
    let at = 0;
    return value.replace(/[\p{L}\p{N}]/gu, () => made[at++]!);
  }

  #madeOf(letters: string, isWhole: boolean): string {
    const known = this.#made.get(letters);
    if (known !== undefined) return known;
    const alphabet = /^\d+$/.test(letters) ? DIGITS : /^[a-z]+$/.test(letters) ? LETTERS : ALL;
    const count = isWhole ? letters.length : [...letters].length;
    const number = this.#made.size;
    let made = "";
    // A word that YAML reads as another type would change more than the value.
    for (
      let round = 0;
      made === "" || made === letters || /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(made);
      round++
    )
      made = randomOf(alphabet, count, `${number} ${round}`);
    this.#made.set(letters, made);
    return made;
  }
}

function lettersOf(value: string): string {
  return value.replace(/[^\p{L}\p{N}]/gu, "");
}

/** Characters that depend on nothing but `seed`. The first is a letter, or a digit that a number may begin with. */
function randomOf(alphabet: string, count: number, seed: string): string {
  let text = "";
  for (let block = 0; text.length < count; block++)
    for (const byte of createHash("sha256").update(`${seed} ${block}`).digest()) {
      const first = alphabet === DIGITS ? "123456789" : LETTERS;
      text += text === "" ? first[byte % first.length] : alphabet[byte % alphabet.length];
    }
  return text.slice(0, count);
}
