import type { ConfigValue } from "../python/tree.ts";
import { isTrue, pyStr, truthy } from "../python/value.ts";

/** util.get_cfg_option_bool of a nested mapping: absent gives the default, a falsy value false, others by their text. */
export function configBool(value: ConfigValue | undefined, absent: boolean): boolean {
  return value === undefined ? absent : truthy(value) && (value === true || isTrue(value));
}

/** util.get_cfg_option_str of a nested mapping. */
export function configText(value: ConfigValue | undefined, absent: string): string {
  return value === undefined ? absent : pyStr(value);
}

/** util.get_cfg_option_list of a nested mapping, as texts. */
export function configList(value: ConfigValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map((item) => pyStr(item)) : [pyStr(value)];
}
