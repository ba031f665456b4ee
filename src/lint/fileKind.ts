import { findPair } from "../config/merge.ts";
import { typeOfText } from "../config/userData/contentTypes.ts";
import { gunzip } from "../config/userData/decode.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import { strictText } from "../image/utf8.ts";
import type { Mapping } from "../python/tree.ts";
import { parseYaml } from "../python/yaml/load.ts";
import { behindFront, frontOf, nameOfTemplate, Template } from "./templates/otherTemplates.ts";

/** What a file on its own is: what a launch hands over, or a file of /etc/cloud/cloud.cfg.d. */
export type FileKind = "user-data" | "network-config" | "meta-data" | "image-config";

/** Names of files that say what they are, by the end of the name. */
const NAMES: readonly (readonly [pattern: RegExp, kind: FileKind])[] = [
  [/(?:^|[./_-])network[_-]?config(?:\.ya?ml|\.json)?$/i, "network-config"],
  [/(?:^|[./_-])meta[_-]?data(?:\.ya?ml|\.json)?$/i, "meta-data"],
  [/(?:^|[./_-])(?:user|vendor)[_-]?data2?(?:\.\w+)?$/i, "user-data"],
];

/** Keys of meta-data that no configuration has. */
const META_DATA = ["instance-id", "instance_id", "local-hostname", "local_hostname", "public-keys", "dsmode"];

/** Tells what a file on its own is: by its first line, its name, its top keys. */
export function kindOf(file: SeedFile): FileKind {
  if (gunzip(file.bytes.subarray(0, 2)) === undefined && file.bytes[0] === 0x1f) return "user-data";
  const text = strictText(file.bytes);
  if (text === undefined) return "user-data";
  if (text.slice(0, 4096).toLowerCase().includes("mime-version:")) return "user-data";
  if (typeOfText(text) !== undefined || typeOfText(behindFront(text, frontOf(text))) !== undefined) return "user-data";
  const name = nameOfTemplate(file.path) ?? file.path;
  const named = NAMES.find(([pattern]) => pattern.test(name))?.[1];
  if (named !== undefined) return named;
  const root = mappingOf(text);
  const has = (key: string) => root !== undefined && findPair(root, key) !== undefined;
  if (name.endsWith(".cfg")) return "image-config";
  if (META_DATA.some(has)) return "meta-data";
  const network = root === undefined ? undefined : findPair(root, "network")?.value;
  const inner = network ?? root;
  const isNetwork = inner?.type === "mapping" && ["version", "config", "ethernets"].some((key) => findPair(inner, key));
  return isNetwork && (network === undefined || root?.children.length === 1) ? "network-config" : "user-data";
}

function mappingOf(text: string): Mapping | undefined {
  const template = new Template(text, "all");
  const filledIn = template.placeholders.length === 0 ? [] : (["values", "first-branches"] as const);
  const texts = [() => text, ...filledIn.map((reading) => () => template.text(reading))];
  for (const give of texts) {
    const { node } = parseYaml(give(), "");
    if (node !== undefined) return node.type === "mapping" ? node : undefined;
  }
  return undefined;
}

/** What base64 holds, where a whole file is nothing else and holds user-data: clouds' tools take it so. */
export function fromBase64(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString("latin1").replace(/\s/g, "");
  if (text.length < 16 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, "base64");
  const isPacked = decoded[0] === 0x1f && decoded[1] === 0x8b;
  const beginning = decoded.subarray(0, 4096).toString("latin1");
  const isKnown = typeOfText(beginning) !== undefined || /mime-version:/i.test(beginning);
  return isPacked || isKnown ? decoded : undefined;
}
