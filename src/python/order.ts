import { type AnyValue, type Effort, equal, numeric, type PyKey, type PyValue, Tuple } from "./dataModel.ts";
import { Raises } from "./errors.ts";
import { Bytes, Time } from "./scalars.ts";

const FREE: Effort = { step: () => {}, nested: (work) => work() };

/** Orders two values as Python's `<` does: below zero where `a` comes first. @throws Raises if there is no order */
export function compare(a: AnyValue, b: AnyValue, effort = FREE): number {
  effort.step();
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  const [left, right] = [itemsOf(a), itemsOf(b)];
  if (left !== undefined && right !== undefined && Array.isArray(a) === Array.isArray(b)) {
    const index = left.findIndex((item, at) => at >= right.length || !equal(item, right[at]!, effort));
    if (index === -1 || index >= right.length) return left.length - right.length;
    return effort.nested(() => compare(left[index]!, right[index]!, effort));
  }
  if (a instanceof Bytes && b instanceof Bytes) return compareText(a.latin1, b.latin1);
  if (a instanceof Time && b instanceof Time && a.kind === b.kind && isAware(a) === isAware(b)) {
    const [first, second] = [instant(a), instant(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  }
  throw new Raises("these types cannot be ordered");
}

function itemsOf(value: AnyValue): readonly AnyValue[] | undefined {
  return Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
}

const OFFSET = /[-+]\d\d:\d\d(?::\d\d)?$/;

function isAware({ kind, text }: Time): boolean {
  return kind === "datetime" && OFFSET.test(text);
}

/** Microseconds since 1970, in UTC. */
function instant({ text }: Time): bigint {
  const [, day, clock = "00:00:00", fraction = "", offset = "Z"] =
    /^(\S+)(?: (\d\d:\d\d:\d\d)(\.\d+)?(\D\d\d:\d\d)?)?$/.exec(text) ?? [];
  return BigInt(Date.parse(`${day}T${clock}${offset}`)) * 1000n + BigInt(fraction.slice(1).padEnd(6, "0"));
}

/** Orders text by code points, as Python does. */
export function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Orders keys as Python's sorted() does. @throws Raises if it raises, since their types do not compare */
export function sortedKeys(keys: readonly PyKey[]): PyKey[] {
  return [...keys].sort((a, b) => compare(a as PyValue, b as PyValue));
}
