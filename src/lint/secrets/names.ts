import { distance } from "fastest-levenshtein";
import type { SecretKind } from "../../config/secret.ts";

/** Words in a name that mark its value as secret, by the kind of secret. */
const WORDS: ReadonlyMap<string, SecretKind> = new Map(
  Object.entries({
    password:
      "pass passwd password passwords passw passwort passphrase passcode pwd pw pin psk secret secrets cred creds credential credentials",
    token: "token tokens bearer jwt cookie authorization apikey sas sig signature ikey skey",
    key: "privkey privatekey presharedkey wepkey",
  }).flatMap(([kind, words]) => words.split(" ").map((word) => [word, kind as SecretKind] as const)),
);

/** Endings of a one-word name that do the same. */
const ENDS: readonly (readonly [end: RegExp, kind: SecretKind])[] = [
  [/(?:password|passwd|passphrase|passcode|passwords|secret|rootpw|authpw|bindpw)$/, "password"],
  [
    /(?:db|root|user|admin|my|ftp|smtp|mail|ldap|bind|sudo|pg|key|store|trust|ssh|require|net|wifi)pass(?:w|wd)?$/,
    "password",
  ],
  [
    /(?:token|apikey|accesskey|accesskeyid|secretkey|authkey|activationkey|registrationkey|licensekey|setupkey|regcode|authtok|masterauth)$/,
    "token",
  ],
  [/(?:sharedkey|accountkey|deploykey|connectionstring|consumerkey|consumersecret|tokenkey|tokensecret)$/, "token"],
  [/(?:privatekey|presharedkey|wepkey\d?|encryptionkey|signingkey|masterkey|clientkeydata|validationcert)$/, "key"],
  [/(?:randomseed|privatecert)$/, "key"],
];

/** A name with such an ending describes a secret but does not contain it; a name with such a beginning is a switch. */
const ABOUT =
  /^(?:file|files|filename|path|dir|directory|type|length|len|min|max|age|days|expire|expires|expiry|ttl|timeout|policy|authentication|auth|login|prompt|command|cmd|helper|store|manager|history|required|enabled|disabled|quality|url|uri|endpoint|name|format|algorithm|count|size|rounds|locked|flags|reuse|stdin)$/;
const SWITCH = /^(?:lock|no|disable|enable|allow|permit|set)$/;

/** The number of edits up to which a name counts as a misspelling of another. */
const NEAR = [
  ["password", 2],
  ["passwd", 1],
  ["hashedpasswd", 2],
  ["plaintextpasswd", 2],
  ["passphrase", 2],
  ["privatekey", 2],
  ["secret", 1],
  ["token", 1],
] as const;

/** Words that are similar to one of them but mean something else. */
const NOT_NEAR = /^(?:passed|secrete|sector|taken|woken)$/;

/** The kind of secret that a key, an option or a variable of this name contains, judged by the name alone; undefined if none. */
export function kindOfName(name: string): SecretKind | undefined {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ""))
    .filter((word) => word !== "");
  const last = words.at(-1);
  if (last === undefined || ABOUT.test(last) || (words.length > 1 && SWITCH.test(words[0]!))) return undefined;
  const joined = words.join("");
  if (words.some((word) => word === "hash" || word === "hashed") && /pass|pw/.test(joined)) return "hash";
  const byEnd = ENDS.find(([end]) => end.test(joined))?.[1];
  if (byEnd !== undefined) return byEnd;
  for (const word of words) {
    const kind = WORDS.get(word);
    if (kind !== undefined) return kind;
  }
  return [joined, last].some(isNear) ? "password" : undefined;
}

/** Whether a word is a misspelling of one that marks a secret. */
function isNear(word: string): boolean {
  if (word.length < 4 || word.length >= 20 || NOT_NEAR.test(word)) return false;
  return NEAR.some(
    ([known, edits]) =>
      Math.abs(word.length - known.length) <= edits && (distance(word, known) <= edits || areSwapped(word, known)),
  );
}

/** Whether only the order of the letters between the first and the last differs. */
function areSwapped(word: string, known: string): boolean {
  return (
    word.length === known.length &&
    word[0] === known[0] &&
    word.at(-1) === known.at(-1) &&
    [...word].sort().join("") === [...known].sort().join("")
  );
}
