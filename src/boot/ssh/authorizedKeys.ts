import type { Origin } from "../../image/origin.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { splitLines } from "../../python/strings.ts";
import { spend } from "../files/effort.ts";
import { strictText } from "../files/strictText.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { ensureAuthorizedKeysFile } from "./authorizedKeysFile.ts";

/** A line of an authorized_keys file as cloud-init writes it back. */
interface KeyLine {
  readonly text: string;
  /** The key itself; undefined if the line is not a key. */
  readonly key: string | undefined;
}

/** The first words of the keys that cloud-init accepts (ssh_util.VALID_KEY_TYPES, 26.2). */
const KEY_TYPES: ReadonlySet<string> = new Set([
  ...["rsa", "ecdsa", "ed25519", "ssh-rsa", "ssh-ed25519"],
  ...["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
  ...["sk-ecdsa-sha2-nistp256@openssh.com", "sk-ssh-ed25519@openssh.com", "ssh-xmss@openssh.com"],
  ...["ssh-rsa-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "ssh-xmss-cert-v01@openssh.com"],
  ...[256, 384, 521].map((bits) => `ecdsa-sha2-nistp${bits}-cert-v01@openssh.com`),
  ...["sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"],
]);

/** Those that 24.1 dropped. */
const FORMER_KEY_TYPES: ReadonlySet<string> = new Set(["dsa", "ssh-dss", "ssh-dss-cert-v01@openssh.com"]);

/**
 * Adds keys to a user's authorized_keys, and creates the file if it is missing (ssh_util.setup_user_keys, 18.5 to
 * 26.2). A line with one of the keys is replaced; all other keys are written again with the same meaning. cloud-init
 * adds new keys in random order; here they keep theirs.
 * @param options replace the options before a key; "" keeps them
 * @throws Raises if the user does not exist or a file cannot be read
 */
export function addAuthorizedKeys(
  boot: ModuleRun,
  user: string,
  keys: readonly string[],
  options: string,
  because: Origin,
): void {
  const added = [...new Set(keys)].map((key) => parseKeyLine(boot, key, options));
  const { path, sources, attributes } = ensureAuthorizedKeysFile(boot, user, because);
  const lines = sources.flatMap((source) =>
    splitLines(strictText(boot, source) ?? "").map((line) => parseKeyLine(boot, line, "")),
  );
  const text = mergeKeys(lines, added);
  spend(boot.image, "written", text.length);
  boot.rewrite(path, text, because, attributes);
  boot.keysWritten({ user, path, keys, refused: options !== "", origin: because });
}

/** If a key exists already, the last of several new lines with it counts. */
function mergeKeys(lines: readonly KeyLine[], added: readonly KeyLine[]): string {
  const latest = new Map(added.map((line) => [line.key, line]));
  latest.delete(undefined);
  const present = new Set(lines.map((line) => line.key));
  const merged = lines.map((line) => latest.get(line.key) ?? line);
  const missing = added.filter((line) => line.key !== undefined && !present.has(line.key));
  return [...merged, ...missing].map((line) => `${line.text}\n`).join("");
}

function parseKeyLine(boot: ModuleRun, source: string, options: string): KeyLine {
  const line = withoutLineEnd(source);
  const asIs = { text: source, key: undefined };
  if (line.startsWith("#") || line.trim() === "") return asIs;
  if (hasUnknown(line)) return { text: options === "" ? line : `${options} ${line}`, key: line };
  const whole = line.trim();
  const own = splitKey(boot, whole) === undefined ? optionsOf(whole) : "";
  const words = splitKey(boot, whole.slice(own.length).trimStart());
  if (words === undefined) return asIs;
  const [type, key, comment] = words;
  const text = [options || own, type, key, comment].filter((word) => word !== "").join(" ");
  return { text, key };
}

function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--;
  return text.slice(0, end);
}

/** Key type, key and comment; undefined if the string is not a key. */
function splitKey(boot: ModuleRun, text: string): [type: string, key: string, comment: string] | undefined {
  const [, type, key, comment = ""] = /^(\S+)\s+(\S+)(?:\s+(.*))?$/s.exec(text) ?? [];
  if (type === undefined || key === undefined) return undefined;
  const known = KEY_TYPES.has(type) || (!boot.since("24.1") && FORMER_KEY_TYPES.has(type));
  return known ? [type, key, comment] : undefined;
}

/** The text up to the first space or tab outside of double quotes. */
function optionsOf(text: string): string {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (!quoted && (letter === " " || letter === "\t")) return text.slice(0, at);
    if (letter === "\\" && text[at + 1] === '"') at++;
    else if (letter === '"') quoted = !quoted;
  }
  return text;
}
