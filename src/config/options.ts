import { strip } from "../python/strings.ts";
import type { ConfigValue } from "../python/tree.ts";
import { type NodeOrValue, pyStr, truthy } from "../python/value.ts";

/** cloud-init's util.is_true (20.4 to 26.2): true, 1, on or yes, in any case, spaces around it ignored. */
export function isTrue(node: NodeOrValue): boolean {
  return ["true", "1", "on", "yes"].includes(folded(node));
}

/** cloud-init's util.is_false (20.4 to 26.2): false, 0, off or no, in any case, spaces around it ignored. */
export function isFalse(node: NodeOrValue): boolean {
  return ["false", "0", "off", "no"].includes(folded(node));
}

function folded(node: NodeOrValue): string {
  return strip(pyStr(node)).toLowerCase();
}

/** util.get_cfg_option_bool of a nested mapping: the default if missing, false for a falsy value, otherwise as is_true. */
export function configBool(value: ConfigValue | undefined, absent: boolean): boolean {
  return value === undefined ? absent : truthy(value) && (value === true || isTrue(value));
}

/** util.get_cfg_option_str of a nested mapping. */
export function configText(value: ConfigValue | undefined, absent: string): string {
  return value === undefined ? absent : pyStr(value);
}

/** util.get_cfg_option_list of a nested mapping, as strings. */
export function configList(value: ConfigValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map((item) => pyStr(item)) : [pyStr(value)];
}
