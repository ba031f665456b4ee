import { defineFact, lookUp, type Program } from "../distro/library/fact.ts";
import { type Since, sinceOf } from "../distro/version.ts";
import { type AnyValue, dictOf, entriesOf, isDict, isInt, type PyDict, type PyValue } from "../python/dataModel.ts";
import { Bytes, Float, Time } from "../python/scalars.ts";
import { itemsOf } from "../python/source/values.ts";
import type { ConfigNode, Mapping, Pair, Scalar } from "../python/tree.ts";
import { datasourceNames, datasourcesOf } from "./datasources.ts";

/** The name used in place of a file for values built into cloud-init (CFG_BUILTIN in cloudinit/settings.py). */
export const BUILTIN_PATH = "cloud-init's built-in defaults";

/** CFG_BUILTIN of upstream's versions (settings.py, read at the tags 18.2 to 26.2). */
function upstreams(since: Since): PyDict {
  const vendorData = dictOf({ enabled: true, prefix: [] });
  return dictOf({
    datasource_list: datasourcesOf(since),
    def_log_file: "/var/log/cloud-init.log",
    log_cfgs: [],
    syslog_fix_perms: ["syslog:adm", "root:adm", "root:wheel", ...(since("18.4") ? ["root:root"] : [])],
    system_info: dictOf({
      paths: dictOf({
        cloud_dir: "/var/lib/cloud",
        ...(since("24.2") ? { docs_dir: "/usr/share/doc/cloud-init/" } : {}),
        templates_dir: "/etc/cloud/templates/",
      }),
      distro: "ubuntu",
      network: dictOf({ renderers: null }),
    }),
    vendor_data: vendorData,
    ...(since("21.1") ? { vendor_data2: vendorData } : {}),
  });
}

/** Red Hat's differ: the distro, mount_default_fields, syslog_fix_perms, the datasources. */
const CFG_BUILTIN = defineFact<PyDict>({
  name: "the built-in configuration",
  file: "settings.py",
  read: (source, _library, since) => {
    const stated = source.value("CFG_BUILTIN");
    if (!isDict(stated)) return undefined;
    const defaults = upstreams(since);
    const values: PyDict = new Map();
    for (const [key, value] of stated) {
      const known = plain(value) ?? defaults.get(key);
      if (typeof key === "string" && known !== undefined) values.set(key, known);
    }
    return values;
  },
  byVersion: upstreams,
});

/** A value as YAML has it; undefined if something in it is computed or of a type that YAML does not have. */
function plain(value: PyValue): PyValue | undefined {
  const isScalar = value === null || typeof value !== "object" || value instanceof Float;
  if (isScalar) return value;
  if (isDict(value)) {
    const entries = [...value].map(([key, item]) => [key, plain(item)] as const);
    const isPlain = entries.every(([key, item]) => typeof key === "string" && item !== undefined);
    return isPlain ? new Map(entries as [string, PyValue][]) : undefined;
  }
  const items = itemsOf(value)?.map(plain);
  return items?.every((item) => item !== undefined) ? items : undefined;
}

/** The defaults that files override: those of the image's library, otherwise upstream's. */
export function builtinConfig(program: Program): Mapping {
  return builtin(lookUp(CFG_BUILTIN, program).value) as Mapping;
}

/** The datasources in the built-in list, in its order. */
export function builtinDatasources(program: Program): string[] {
  const list = lookUp(CFG_BUILTIN, program).value.get("datasource_list");
  return Array.isArray(list) ? list.filter((name) => typeof name === "string") : [];
}

/** The datasources that cloud-init has; distributions add and remove some. */
export function datasourcesIn({ version, library }: Program): string[] {
  if (!library?.has("sources/DataSourceNone.py")) return datasourcesOf(sinceOf(version));
  return datasourceNames.filter((name) => library.has(`sources/DataSource${name}.py`));
}

const nowhere = { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: 0 } };

/** A tree without positions, for values that do not come from a file. */
export function builtin(value: AnyValue, path = BUILTIN_PATH): ConfigNode {
  const located = { path, position: nowhere };
  if (Array.isArray(value)) return { ...located, type: "sequence", children: value.map((item) => builtin(item, path)) };
  const entries = entriesOf(value);
  if (entries === undefined) return { ...located, type: "scalar", ...scalarOf(value) };
  const children = [...entries].map(
    ([key, item]): Pair => ({
      ...located,
      type: "pair",
      key: builtin(key, path) as Scalar,
      value: builtin(item, path),
      shadowed: [],
    }),
  );
  return { ...located, type: "mapping", children };
}

function scalarOf(value: AnyValue): Pick<Scalar, "kind" | "value"> {
  if (value === null) return { kind: "null", value };
  if (typeof value === "boolean") return { kind: "bool", value };
  if (isInt(value)) return { kind: "int", value };
  if (value instanceof Float) return { kind: "float", value: value.value };
  if (value instanceof Bytes) return { kind: "binary", value: value.latin1 };
  return value instanceof Time ? { kind: value.kind, value: value.text } : { kind: "str", value: String(value) };
}
