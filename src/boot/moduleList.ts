import type { Config } from "../config/config.ts";
import { findPair } from "../config/merge.ts";
import type { Origin } from "../image/origin.ts";
import { type ConfigNode, type ConfigValue, type Mapping, originOf } from "../python/tree.ts";
import { pyStr, toValue, truthy } from "../python/value.ts";
import type { Frequency } from "./frequency.ts";

/** One entry of a module list. */
export interface ListedModule {
  /** The name as it is written, white space removed: semaphores and unverified_modules use it. */
  readonly raw: string;
  /** The module's name: underscores, no `cc_`, no `.py`, renamed modules under their new name. */
  readonly name: string;
  /** The frequency in the entry, if it is valid. */
  readonly frequency: Frequency | undefined;
  /** The invalid frequency in the entry; the module then keeps its default. */
  readonly unknownFrequency: string | undefined;
  readonly args: readonly ConfigValue[];
  readonly origin: Origin;
}

/** A module list, or the error with which the stage stops. */
export interface ModuleList {
  readonly modules: readonly ListedModule[];
  readonly fatal: EntryInvalid | undefined;
}

/** The entry of a list that stops the stage. */
export interface EntryInvalid {
  readonly code: "entry-invalid";
  readonly list: string;
  readonly entry: string;
  readonly origin: Origin;
}

const RENAMED: Readonly<Record<string, string>> = { ubuntu_advantage: "ubuntu_pro" };

/**
 * Reads `cloud_init_modules` and the other module lists in all their forms (cloudinit/config/modules.py, 20.4 to 26.2).
 */
export function readModuleList(config: Config, key: string): ModuleList {
  const list = config.node(key);
  if (list === undefined || !truthy(list)) return { modules: [], fatal: undefined };
  const modules: ListedModule[] = [];
  for (const item of entries(list)) {
    if (!truthy(item)) continue;
    const entry = readEntry(item);
    if (entry === "none") continue;
    // A name with a dot refers to a module of a package that does not exist, which cloud-init does not expect.
    if (entry === undefined || moduleName(entry.raw).includes(".")) {
      const fatal = { code: "entry-invalid", list: key, entry: pyStr(item), origin: originOf(item) } as const;
      return { modules: [], fatal };
    }
    const name = moduleName(entry.raw);
    if (name !== "") modules.push({ ...entry, name: RENAMED[name] ?? name, origin: originOf(item) });
  }
  return { modules, fatal: undefined };
}

/** The items of iterating over the list's value: the keys of a mapping, the letters of a string. */
function entries(list: ConfigNode): readonly ConfigNode[] {
  if (list.type === "sequence") return list.children;
  if (list.type === "mapping") return list.children.map((pair) => pair.key);
  return [...pyStr(list)].map((letter) => ({ ...list, kind: "str", value: letter }));
}

type Entry = Pick<ListedModule, "raw" | "frequency" | "unknownFrequency" | "args">;

/** undefined if cloud-init raises an error, "none" if it skips the entry. */
function readEntry(item: ConfigNode): Entry | "none" | undefined {
  if (item.type === "scalar") return item.kind === "str" ? entry(item, undefined, []) : undefined;
  if (item.type === "sequence") {
    const [name, frequency, ...args] = item.children;
    return name === undefined
      ? "none"
      : entry(
          name,
          frequency,
          args.map((arg) => toValue(arg)),
        );
  }
  return readMappingEntry(item);
}

function readMappingEntry(item: Mapping): Entry | "none" | undefined {
  const name = findPair(item, "name")?.value;
  if (name === undefined) return "none";
  const args = findPair(item, "args")?.value;
  const values = args === undefined || !truthy(args) ? [] : toValue(args);
  return entry(name, findPair(item, "frequency")?.value, Array.isArray(values) ? values : [values]);
}

/** How often an entry may say that its module runs. */
export const FREQUENCIES: readonly Frequency[] = ["once-per-instance", "always", "once"];

function entry(name: ConfigNode, frequency: ConfigNode | undefined, args: readonly ConfigValue[]): Entry | undefined {
  if (!isText(name) || (frequency !== undefined && !isText(frequency))) return undefined;
  const given = frequency === undefined ? "" : pyStr(frequency).trim();
  const isKnown = (FREQUENCIES as readonly string[]).includes(given);
  return {
    raw: pyStr(name).trim(),
    frequency: isKnown ? (given as Frequency) : undefined,
    unknownFrequency: isKnown || given === "" ? undefined : given,
    args,
  };
}

function isText(node: ConfigNode): boolean {
  return node.type === "scalar" && node.kind === "str";
}

/** A module's name in any spelling: users-groups, cc_users_groups, users_groups.py. */
export function moduleName(raw: string): string {
  const underscored = raw.replaceAll("-", "_");
  const plain = (underscored.toLowerCase().endsWith(".py") ? underscored.slice(0, -3) : underscored).trim();
  return plain.startsWith("cc_") ? plain.slice(3) : plain;
}
