import { hashOf, isDict, type PyKey, PyObject, type PyValue, Tuple } from "../dataModel.ts";

/** A name whose value another module holds: PER_INSTANCE, settings.PER_INSTANCE, EventScope.NETWORK. */
export class Name extends PyObject {
  /** As the source has it. */
  readonly dotted: string;

  constructor(dotted: string) {
    super();
    this.dotted = dotted;
  }

  /** The name itself, without what it is an attribute of. */
  get last(): string {
    return this.dotted.slice(this.dotted.lastIndexOf(".") + 1);
  }

  override get identity(): unknown {
    return `name ${this.dotted}`;
  }
}

/** A set or a frozenset. */
export class PySet extends PyObject {
  readonly items: readonly PyValue[];

  constructor(items: readonly PyValue[]) {
    super();
    this.items = items;
  }

  override get truth(): boolean {
    return this.items.length > 0;
  }

  override get identity(): unknown {
    return `set ${JSON.stringify(this.items.map((item) => String(hashOf(item as PyKey))).toSorted())}`;
  }
}

/** A value that only running the source would show. */
class Computed extends PyObject {}

export const COMPUTED: PyObject = new Computed();

/** Whether nothing in the value is computed. */
export function isLiteral(value: PyValue): boolean {
  if (value instanceof Computed) return false;
  if (isDict(value)) return [...value].every(([key, item]) => isLiteral(key) && isLiteral(item));
  return itemsOf(value)?.every(isLiteral) ?? true;
}

/** The items of a list, a tuple or a set; undefined for other values. */
export function itemsOf(value: PyValue | undefined): readonly PyValue[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Tuple || value instanceof PySet ? value.items : undefined;
}

/** The strings in a list, a tuple or a set; undefined for other values, or if anything else is in it. */
export function stringsOf(value: PyValue | undefined): readonly string[] | undefined {
  const items = itemsOf(value);
  return items?.every((item) => typeof item === "string") ? (items as readonly string[]) : undefined;
}
