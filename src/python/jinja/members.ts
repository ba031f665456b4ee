import { CannotTell, Raises } from "../errors.ts";
import type { Budget } from "./budget.ts";
import { listOf } from "./operators.ts";
import { textMethod } from "./textMethods.ts";
import {
  type CallArguments,
  Callable,
  Dict,
  iterate,
  Namespace,
  orUndefined,
  str,
  Tuple,
  Undefined,
  type Value,
} from "./value.ts";

/**
 * Methods of Python's types that are not supported, so that their results cannot be told. Every other name is
 * undefined, as it is in Jinja.
 */
const UNSUPPORTED = new Set(
  `as_integer_ratio bit_count bit_length casefold center clear conjugate copy count denominator encode expandtabs format
  format_map fromhex fromkeys hex imag index insert is_integer isalnum isalpha isascii isdecimal isdigit isidentifier
  islower isnumeric isprintable isspace istitle isupper ljust maketrans numerator partition pop popitem real remove
  removeprefix removesuffix reverse rfind rindex rjust rpartition rsplit setdefault sort swapcase title to_bytes translate
  zfill`.split(/\s+/),
);

/** `object.name`: an attribute, else an item of that name. */
export function attribute(object: Value, name: string, budget: Budget): Value {
  const found = member(object, name, budget);
  return orUndefined(found === undefined ? item(object, name) : found, name);
}

/** `object[key]`: an item, else an attribute of that name. */
export function subscript(object: Value, key: Value, budget: Budget): Value {
  const held = item(object, key);
  const found = held === undefined && typeof key === "string" ? member(object, key, budget) : held;
  return orUndefined(found, str(key, budget));
}

function item(object: Value, key: Value): Value | undefined {
  if (object instanceof Undefined) throw new Raises(`${object.name} is undefined`);
  if (object instanceof Dict) return object.get(key);
  if (typeof key !== "bigint" && typeof key !== "boolean") return undefined;
  const items = typeof object === "string" ? [...object] : Array.isArray(object) ? object : undefined;
  return (object instanceof Tuple ? object.items : items)?.at(Number(key));
}

/** `object[from:to:step]`. */
export function slice(object: Value, parts: readonly (Value | undefined)[], budget: Budget): Value {
  const [from, to, step] = [0, 1, 2].map((index) => {
    const part = parts[index] ?? null;
    if (part !== null && typeof part !== "bigint") throw new Raises("a slice needs whole numbers");
    return part === null ? undefined : Number(part);
  });
  if (step !== undefined && step !== 1) throw new CannotTell("it slices with a step");
  if (typeof object === "string") return budget.text([...object].slice(from, to).join(""));
  if (Array.isArray(object)) return listOf(object.slice(from, to), budget);
  if (object instanceof Tuple) return new Tuple(listOf(object.items.slice(from, to), budget));
  return new Undefined();
}

type Method = (args: CallArguments) => Value;

function member(object: Value, name: string, budget: Budget): Value | undefined {
  if (object instanceof Undefined) throw new Raises(`${object.name} is undefined`);
  if (object instanceof Namespace) return object.attributes.get(name);
  if (name.startsWith("_")) throw new CannotTell(`it looks into an object: ${name}`);
  const method = methodOf(object, name, budget);
  if (method !== undefined) return new Callable(method);
  if (UNSUPPORTED.has(name) && !(object instanceof Dict && object.has(name))) throw new CannotTell(`it uses .${name}`);
  return undefined;
}

function methodOf(object: Value, name: string, budget: Budget): Method | undefined {
  if (typeof object === "string") return textMethod(object, name, budget);
  if (Array.isArray(object)) return listMethod(object, name, budget);
  return object instanceof Dict ? dictMethod(object, name, budget) : undefined;
}

function listMethod(list: Value[], name: string, budget: Budget): Method | undefined {
  if (name !== "append" && name !== "extend") return undefined;
  return (args) => {
    const added = name === "append" ? [args.given(0)] : iterate(args.given(0));
    listOf([...added], budget);
    for (const value of added) list.push(value);
    return null;
  };
}

function dictMethod(dict: Dict, name: string, budget: Budget): Method | undefined {
  switch (name) {
    case "items":
      return () =>
        listOf(
          dict.entries().map((pair) => new Tuple(pair)),
          budget,
        );
    case "keys":
      return () =>
        listOf(
          dict.entries().map(([key]) => key),
          budget,
        );
    case "values":
      return () =>
        listOf(
          dict.entries().map(([, value]) => value),
          budget,
        );
    case "get":
      return (args) => dict.get(args.given(0)) ?? args.positional[1] ?? null;
    case "update":
      return (args) => {
        const other = args.given(0);
        if (!(other instanceof Dict) || args.named.size > 0)
          throw new CannotTell("it updates a mapping with no mapping");
        for (const [key, value] of other.entries()) dict.set(key, value);
        return null;
      };
    default:
      return undefined;
  }
}
