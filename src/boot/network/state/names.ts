import { hasUnknown } from "../../../image/unknown.ts";
import type { PyKey, PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";

/** Whether a name or address is a placeholder. */
export function isUnknown(name: PyValue): boolean {
  return typeof name === "string" && hasUnknown(name);
}

/** A name; lists and dictionaries cannot be keys. */
export function asKey(value: PyValue | undefined): PyKey {
  if (Array.isArray(value) || value instanceof Map) throw new Raises("the name of an interface must be a string");
  return value ?? null;
}
