import type { Image } from "../../image/image.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { readStatements, words } from "../lines.ts";
import type { Setting } from "../service.ts";
import { decodeBlob, fingerprint } from "../sshFingerprint.ts";
import type { User } from "./users.ts";

/** A key in an authorized_keys file: its name, and the restrictions on its use. */
interface AuthorizedKey {
  readonly name: string;
  readonly options: string;
  readonly line: number;
}

const SETTINGS_LIMIT = 50_000;

/**
 * The keys that can log in, under "<user> authorized key <fingerprint>", each with its options or "unrestricted".
 * `files`: sshd's AuthorizedKeysFile. If a key occurs twice, the first line counts.
 */
export function readAuthorizedKeys(image: Image, users: Iterable<User>, files: readonly string[]): Setting[] {
  const settings = new Map<string, Setting>();
  const keysByPath = new Map<string, AuthorizedKey[]>();
  for (const user of users) {
    for (const file of files) {
      const path = keyPath(file, user);
      const keys = keysByPath.get(path) ?? keysIn(image, path);
      keysByPath.set(path, keys);
      for (const { name, options, line } of keys) {
        if (settings.size >= SETTINGS_LIMIT) return [...settings.values()];
        const key = `${user.name} authorized key ${name}`;
        if (!settings.has(key))
          settings.set(key, { key, value: options === "" ? "unrestricted" : options, path, line });
      }
    }
  }
  return [...settings.values()];
}

/** Expands sshd's tokens %h, %u, %U and %%; a relative path is below the home directory. */
export function keyPath(file: string, { name, uid, home }: Pick<User, "name" | "uid" | "home">): string {
  const tokens: Readonly<Record<string, string>> = { "%h": home, "%u": name, "%U": uid, "%%": "%" };
  const path = file.replace(/%[huU%]/g, (token) => tokens[token]!);
  return path.startsWith("/") ? path : `${home}/${path}`;
}

function keysIn(image: Image, path: string): AuthorizedKey[] {
  return readStatements(image, path).flatMap(({ text, number }) => {
    const isBare = decodeBlob(words(text.slice(0, KEY_LIMIT))[1] ?? "") !== undefined;
    const end = isBare ? 0 : optionsEnd(text);
    const rest = words(text.slice(end));
    const blob = decodeBlob(rest[1] ?? "");
    const name = blob === undefined ? rest.find(hasUnknown) : fingerprint(blob);
    return name === undefined ? unknownLine(text, number) : [{ name, options: text.slice(0, end), line: number }];
  });
}

/**
 * Whether a file holds something like a key that logs somebody in, valid or not. Keys with a forced command do not, which
 * is how cloud-init refuses root's logins.
 */
export function holdsLoginKey(image: Image, path: string): boolean {
  return readStatements(image, path).some(({ text }) => isLoginKey(text));
}

/** Whether a line of authorized_keys looks like a key that logs somebody in. */
function isLoginKey(text: string): boolean {
  return isKey(text) && !/(^|,)command=/i.test(text.slice(0, KEY_TYPE.test(text) ? 0 : optionsEnd(text)));
}

/** Whether a line of authorized_keys looks like a key, with or without options; an unknown one does. */
export function isKey(text: string): boolean {
  return hasUnknown(text) || KEY_TYPE.test(text) || KEY_TYPE.test(text.slice(optionsEnd(text)).trimStart());
}

const KEY_TYPE = /^(ssh-|ecdsa-|sk-|rsa-sha2-)\S+\s+\S/;

const KEY_LIMIT = 16 * 1024;

/** Whether a line is one placeholder: keys that only the cloud knows. */
function unknownLine(text: string, line: number): AuthorizedKey[] {
  return hasUnknown(text) ? [{ name: text, options: "", line }] : [];
}

/** The end of the options: the first blank outside quotes. */
function optionsEnd(text: string): number {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && text[i + 1] === '"') i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(text[i]!)) return i;
  }
  return text.length;
}
