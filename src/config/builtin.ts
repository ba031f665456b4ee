import { versionAtLeast } from "../distro/version.ts";
import { type AnyValue, entriesOf, isInt } from "../python/dataModel.ts";
import { Bytes, Float, Time } from "../python/scalars.ts";
import type { ConfigNode, Mapping, Pair, Scalar } from "../python/tree.ts";
import { datasourcesOf } from "./datasources.ts";

/** The name used in place of a file for values built into cloud-init (CFG_BUILTIN in cloudinit/settings.py). */
export const BUILTIN_PATH = "cloud-init's built-in defaults";

/** CFG_BUILTIN of a version: the defaults that files override (settings.py, read at the tags 18.2 to 26.2). */
export function builtinConfig(version: string): Mapping {
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const vendorData = { enabled: true, prefix: [] };
  return builtin({
    datasource_list: datasourcesOf(version),
    def_log_file: "/var/log/cloud-init.log",
    log_cfgs: [],
    syslog_fix_perms: ["syslog:adm", "root:adm", "root:wheel", ...(since("18.4") ? ["root:root"] : [])],
    system_info: {
      paths: {
        cloud_dir: "/var/lib/cloud",
        ...(since("24.2") ? { docs_dir: "/usr/share/doc/cloud-init/" } : {}),
        templates_dir: "/etc/cloud/templates/",
      },
      distro: "ubuntu",
      network: { renderers: null },
    },
    vendor_data: vendorData,
    ...(since("21.1") ? { vendor_data2: vendorData } : {}),
  }) as Mapping;
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
