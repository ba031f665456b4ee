import { gunzipSync } from "node:zlib";
import { findPair } from "../../../config/merge.ts";
import { isTrue } from "../../../config/options.ts";
import { appended } from "../../../image/content.ts";
import type { Origin } from "../../../image/origin.ts";
import { wholeUnknown } from "../../../image/overlay.ts";
import { isTooLong } from "../../../image/resolve.ts";
import { parentOf } from "../../../image/writeLog.ts";
import { decodeBase64 } from "../../../python/base64.ts";
import { numeric } from "../../../python/dataModel.ts";
import { Raises, raisingAt } from "../../../python/errors.ts";
import { normalizePath } from "../../../python/paths.ts";
import { type ConfigNode, type Mapping, originOf, type Pair } from "../../../python/tree.ts";
import { pyStr, toValue, truthy } from "../../../python/value.ts";
import { findGroup, findUser } from "../../accounts/lookup.ts";
import { Failure } from "../../failure.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** The size limit of decompressed content. */
const LARGEST = 64 * 1024 * 1024;
const DEFAULT_MODE = 0o644;

/**
 * Writes the entries of `write_files` that are deferred to the end of the boot, or all others (cc_write_files.py,
 * 18.5 to 26.2).
 */
export function writeFiles(boot: ModuleRun, deferred: boolean): void {
  const list = boot.config.node("write_files");
  if (list === undefined || (!truthy(list) && !boot.since("21.4"))) return;
  if (list.type !== "sequence" && truthy(list)) throw new Raises("write_files must be a list", originOf(list));
  const entries = list.type === "sequence" ? list.children : [];
  for (const entry of entries) {
    if (boot.since("21.4") && isDeferred(entry) !== deferred) continue;
    if (entry.type !== "mapping")
      throw new Raises(`an entry of write_files must be a mapping, not ${pyStr(entry)}`, originOf(entry));
    raisingAt(originOf(findPair(entry, "path") ?? entry), () => writeEntry(boot, entry));
  }
}

/** Whether an entry is written at the end of the boot (since 21.4). */
export function isDeferred(entry: ConfigNode): boolean {
  return entry.type === "mapping" && flag(entry, "defer");
}

/** util.get_cfg_option_bool. */
function flag(entry: Mapping, key: string): boolean {
  const value = findPair(entry, key)?.value;
  return value !== undefined && truthy(value) && isTrue(value);
}

function writeEntry(boot: ModuleRun, entry: Mapping): void {
  const value = (key: string) => findPair(entry, key)?.value;
  const because = originOf(findPair(entry, "path") ?? entry);
  const given = value("path");
  if (given === undefined || !truthy(given)) return;
  const path = normalizePath(text(given, "path"));
  if (isTooLong(path)) throw new Raises(`the path ${path.slice(0, 60)}... is too long`);
  const content = contentOf(boot, entry, path);
  if (content === "none") return;
  const ownerPair = findPair(entry, "owner");
  const owner = { ...ownerOf(boot, ownerPair?.value), path, origin: originOf(ownerPair ?? entry) };
  const asked = modeAskedFor(boot, path, findPair(entry, "permissions"));
  makeParents(boot, path, owner, because);
  if (boot.image.stat(path)?.kind === "directory") throw new Raises(`${path} is a directory`);
  if (content === "no text")
    throw new Raises(`the content of ${path} must be a string`, originOf(findPair(entry, "content") ?? entry));
  const before = flag(entry, "append") ? boot.image.content(path) : undefined;
  boot.write(path, before === undefined ? content : appended(before, content), because, { mode: asked });
  const ids = idsOf(boot, owner);
  // A change of owner clears the set-user-id and set-group-id bits; since 25.3 they are set again.
  const isCleared = !boot.since("25.3") && Object.keys(ids).length > 0;
  const mode = isCleared ? asked & ((asked & 0o010) !== 0 ? ~0o6000 : ~0o4000) : asked;
  if (mode !== asked) boot.note("mode-bits-cleared", { path, asked, mode }, originOf(findPair(entry, "permissions")!));
  boot.setAttributes(path, { mode, ...ids }, because);
}

/** Since 24.3 new directories belong to the file's owner. */
function makeParents(boot: ModuleRun, path: string, owner: FileOwner, because: Origin): void {
  const missing: string[] = [];
  let directory = parentOf(path);
  for (; boot.image.stat(directory) === undefined && directory !== "/"; directory = parentOf(directory))
    missing.push(directory);
  if (boot.image.stat(directory)?.kind !== "directory") throw new Raises(`${directory} is not a directory`);
  for (const name of missing.reverse()) boot.mkdir(name, because);
  if (!boot.since("24.3")) return;
  for (const name of missing) boot.setAttributes(name, idsOf(boot, owner), because);
}

interface Owner {
  readonly user: string | undefined;
  readonly group: string | undefined;
}

/** The owner of a file, and the line that says so. */
interface FileOwner extends Owner {
  readonly path: string;
  readonly origin: Origin;
}

/** util.extract_usergroup: "-1" and "none" mean no change. */
function ownerOf(boot: ModuleRun, node: ConfigNode | undefined): Owner {
  const root = boot.facts.family.endsWith("bsd") ? "root:wheel" : "root:root";
  if (node !== undefined && !truthy(node)) return { user: undefined, group: undefined };
  const pair = node === undefined ? root : text(node, "owner");
  const [user, group] = pair.includes(":")
    ? [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)]
    : [pair, ""];
  const named = (name: string) => (["", "-1", "none"].includes(name.trim().toLowerCase()) ? undefined : name.trim());
  return { user: named(user), group: named(group) };
}

function idsOf(boot: ModuleRun, { user, group, path, origin }: FileOwner): { uid?: number; gid?: number } {
  const uid = user === undefined ? undefined : findUser(boot.image, user)?.uid;
  const gid = group === undefined ? undefined : findGroup(boot.image, group)?.gid;
  const missing = (kind: "user" | "group", name: string) =>
    new Failure({ code: "owner-missing", path, kind, name }, `the ${kind} ${name} does not exist`, origin);
  if (user !== undefined && uid === undefined) throw missing("user", user);
  if (group !== undefined && gid === undefined) throw missing("group", group);
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

/** The mode that an entry asks for; cloud-init replaces one that it cannot read with the default. */
function modeAskedFor(boot: ModuleRun, path: string, permissions: Pair | undefined): number {
  const mode = decodeMode(permissions?.value);
  const value = permissions === undefined ? null : toValue(permissions.value);
  if (mode === undefined && typeof value === "string")
    boot.note("permissions-invalid", { path, permissions: value }, originOf(permissions!));
  return mode ?? DEFAULT_MODE;
}

/** A number is the mode itself, a string is read as octal; undefined for anything else. */
function decodeMode(node: ConfigNode | undefined): number | undefined {
  const value = node === undefined ? null : toValue(node);
  if (value === null) return undefined;
  const number = numeric(value);
  if (number !== undefined) return Number(BigInt.asUintN(12, BigInt(Math.trunc(Number(number)) || 0)));
  const digits = /^\s*\+?(?:0o)?_?([0-7]+(?:_[0-7]+)*)\s*$/i.exec(pyStr(value))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits.replaceAll("_", ""), 8) & 0o7777;
}

/**
 * The content of the file; "none" if a source yields nothing and the entry is skipped, "no text" if writing it
 * fails.
 */
type Content = Buffer | "none" | "no text";

function contentOf(boot: ModuleRun, entry: Mapping, path: string): Content {
  const content = findPair(entry, "content")?.value;
  const encoding = findPair(entry, "encoding")?.value;
  if (!boot.since("24.3")) return content === undefined ? Buffer.alloc(0) : decode(content, encoding, path);
  const given = content === undefined || toValue(content) === null ? undefined : content;
  const uri = sourceOf(findPair(entry, "source")?.value);
  const fetched = uri === undefined ? undefined : fetch(boot, uri);
  if (fetched !== undefined) return fetched;
  if (given !== undefined) return decode(given, encoding, path);
  return uri === undefined ? Buffer.alloc(0) : "none";
}

function sourceOf(source: ConfigNode | undefined): string | undefined {
  if (source === undefined || toValue(source) === null) return undefined;
  if (source.type !== "mapping") throw new Raises("source must be a mapping", originOf(source));
  const uri = findPair(source, "uri")?.value;
  return uri === undefined || !truthy(uri) ? undefined : text(uri, "uri");
}

/** The content at a URI; undefined for a file that does not exist in the image. */
function fetch(boot: ModuleRun, uri: string): Buffer | undefined {
  const file = /^(?:file:\/\/)?(\/.*)$/is.exec(uri)?.[1];
  return file === undefined ? wholeUnknown(`what ${uri} gives`) : boot.image.read(file);
}

const GZIP = ["gz", "gzip"];
const BASE64 = ["b64", "base64"];
const GZIP_BASE64 = ["gz+base64", "gzip+base64", "gz+b64", "gzip+b64"];

function decode(content: ConfigNode, encodingNode: ConfigNode | undefined, path: string): Buffer | "no text" {
  const named = encodingNode !== undefined && truthy(encodingNode);
  const encoding = named ? text(encodingNode, "encoding").toLowerCase().trim() : "";
  const packed = GZIP.includes(encoding) || GZIP_BASE64.includes(encoding);
  const encoded = BASE64.includes(encoding) || GZIP_BASE64.includes(encoding);
  const bytes = bytesOf(content);
  if (bytes === undefined) {
    if (packed || encoded) throw new Raises(`the content of ${path} cannot be decoded`, originOf(content));
    return "no text";
  }
  const decoded = encoded ? decodeBase64(bytes.toString("utf8")) : bytes;
  if (decoded === undefined) throw new Raises(`the content of ${path} is not valid Base64`, originOf(content));
  return packed ? raisingAt(originOf(content), () => unpack(decoded, path)) : decoded;
}

function unpack(bytes: Buffer, path: string): Buffer {
  if (bytes.length === 0) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      return wholeUnknown("the decompressed content, which is too large");
    throw new Raises(`the content of ${path} is not gzip data`);
  }
}

function bytesOf(content: ConfigNode): Buffer | undefined {
  if (content.type !== "scalar") return undefined;
  if (content.kind === "binary") return Buffer.from(String(content.value), "latin1");
  return content.kind === "str" ? Buffer.from(String(content.value)) : undefined;
}

function text(node: ConfigNode, what: string): string {
  if (node.type !== "scalar" || node.kind !== "str")
    throw new Raises(`${what} must be a string, not ${pyStr(node)}`, originOf(node));
  return String(node.value);
}
