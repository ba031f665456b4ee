import { unknown } from "../../../../image/unknown.ts";
import { asDict, items } from "../../../../python/checked.ts";
import { isDict, type PyDict, type PyValue } from "../../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../../python/errors.ts";
import { pyStr, truthy } from "../../../../python/value.ts";
import type { ModuleRun } from "../../../moduleRun.ts";

/**
 * The network configuration that a datasource generates from its meta-data; undefined if it generates none.
 * @throws CannotTell if that is not simulated
 */
export type CloudNetwork = (metaData: PyDict, boot: ModuleRun) => PyValue | undefined;

/** For data from which the datasource would generate a configuration, but which are not given. */
export function missing(datasource: string): CannotTell {
  return new CannotTell(`the network configuration that the datasource ${datasource} generates`);
}

/** The name of a network card, which the machine gives. Short enough for YAML not to fold it. */
export function nameOfCard(mac: PyValue): string {
  return unknown(`the interface with ${pyStr(mac)}`);
}

/** A value that must be there. @throws Raises */
export function need(from: PyDict, key: string): PyValue {
  if (!from.has(key)) throw new Raises(`${key} is missing from the meta-data`);
  return from.get(key) ?? null;
}

/** The mappings of a list; none if the key is missing. @throws Raises for anything else */
export function dictsOf(from: PyDict, key: string): PyDict[] {
  const list = from.get(key);
  return list === undefined ? [] : items(list, key).map((item) => asDict(item, key));
}

/** A mapping without the keys whose values are undefined. */
export function given(entries: Readonly<Record<string, PyValue | undefined>>): PyDict {
  return new Map(
    Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

/** The settings of a datasource in the configuration. */
export function isOn(boot: ModuleRun, datasource: string, key: string): boolean {
  const node = boot.config.node("datasource", datasource, key);
  return node === undefined || truthy(node);
}

/** A mapping at a key; undefined if there is none. */
export function dictAt(from: PyDict, key: string): PyDict | undefined {
  const value = from.get(key);
  return isDict(value) ? value : undefined;
}
