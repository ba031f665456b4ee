import { builtin } from "../../../config/builtin.ts";
import { findPair } from "../../../config/merge.ts";
import { type CloudData, seedMapping } from "../../../config/seed.ts";
import type { SeedFile } from "../../../config/userData/parts.ts";
import type { Since } from "../../../distro/version.ts";
import type { AnyValue } from "../../../python/dataModel.ts";
import type { ConfigNode, Mapping, Pair } from "../../../python/tree.ts";
import { originOf } from "../../../python/tree.ts";

/** What a cloud's own form of data gives. */
type Given = Pick<CloudData, "metaData"> &
  Partial<Pick<CloudData, "userData" | "vendorData" | "networkConfig" | "config">>;

/** What the image says that its datasource needs. */
interface FormContext {
  /** The name of the default user; undefined if there is none. */
  readonly defaultUser: string | undefined;
  /** Whether the image's cloud-init is at least of this version. */
  readonly since: Since;
}

/** How a datasource turns what its cloud provides into what cloud-init works with. */
export interface CloudForm {
  /** From the meta-data as the cloud provides them; undefined if they do not have that form. */
  metaData?(given: Mapping, context: FormContext): Given | undefined;
  /** Whether the cloud's user-data may be Base64, which the datasource decodes. */
  readonly decodesUserData?: true;
  /** From `ds` in instance data, where that is not the meta-data alone. */
  instance?(ds: Mapping): Given;
}

/** The node at a path of keys; undefined if there is none. */
export function nodeAt(from: ConfigNode | undefined, ...path: string[]): ConfigNode | undefined {
  let node = from;
  for (const key of path) node = node?.type === "mapping" ? findPair(node, key)?.value : undefined;
  return node;
}

/** The string at a path of keys; undefined if there is none. */
export function textAt(from: ConfigNode | undefined, ...path: string[]): string | undefined {
  const node = nodeAt(from, ...path);
  return node?.type === "scalar" && node.kind === "str" ? String(node.value) : undefined;
}

/** A mapping with further values in place of its own; undefined ones leave it as it is. */
export function withValues(
  mapping: Mapping,
  values: Readonly<Record<string, ConfigNode | AnyValue | undefined>>,
): Mapping {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const names = new Set<unknown>(given.map(([name]) => name));
  const added = given.map(([name, value]): Pair => {
    const node = isNode(value) ? value : builtin(value as AnyValue, mapping.path);
    const [pair] = (builtin({ [name]: null }, mapping.path) as Mapping).children;
    return { ...(pair as Pair), value: node, position: isNode(value) ? node.position : mapping.position };
  });
  return { ...mapping, children: [...mapping.children.filter(({ key }) => !names.has(key.value)), ...added] };
}

function isNode(value: unknown): value is ConfigNode {
  return typeof value === "object" && value !== null && "type" in value && "position" in value;
}

/** A string among the data as a file of its own, which findings place where the string begins. */
export function fileOf(
  node: ConfigNode | undefined,
  place: ConfigNode | Pair | undefined = node,
): SeedFile | undefined {
  if (node?.type !== "scalar" || place === undefined) return undefined;
  if (node.kind === "binary") return { path: node.path, bytes: Buffer.from(String(node.value), "latin1") };
  return node.kind === "str" ? excerptFile(Buffer.from(String(node.value)), originOf(place)) : undefined;
}

/** Bytes that stand at a place of another file, decoded. */
export function excerptFile(bytes: Buffer, { path, line, column }: ReturnType<typeof originOf>): SeedFile {
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes)) return { path, bytes };
  return { path, bytes, excerpt: { text, path, line, indent: column - 1, verbatim: false } };
}

/** The mapping in a string of YAML, or the mapping itself. */
export function mappingIn(node: ConfigNode | undefined): Mapping | undefined {
  if (node?.type === "mapping") return node;
  const file = fileOf(node);
  return file === undefined ? undefined : seedMapping(file);
}
