import { hashable } from "../checked.ts";
import { isDict, isInt, type PyDict, type PyValue, Tuple } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { str } from "../repr.ts";
import type { Budget } from "./budget.ts";
import { listOf } from "./operators.ts";
import { textMethod } from "./textMethods.ts";
import {
  type CallArguments,
  Callable,
  iterate,
  Namespace,
  orUndefined,
  Range,
  refuseMarkup,
  Undefined,
  View,
} from "./value.ts";

/**
 * Methods of Python's types that are not supported, so their results are not known. Every other name is undefined, as in
 * Jinja.
 */
const UNSUPPORTED = new Set(
  `as_integer_ratio bit_count bit_length casefold center clear conjugate copy count denominator encode expandtabs format
  format_map fromhex fromkeys hex imag index insert is_integer isalnum isalpha isascii isdecimal isdigit isidentifier
  islower isnumeric isprintable isspace istitle isupper ljust maketrans numerator partition pop popitem real remove
  removeprefix removesuffix reverse rfind rindex rjust rpartition rsplit setdefault sort swapcase title to_bytes translate
  zfill`.split(/\s+/),
);

/** `object.name`: an attribute, else an item of that name. */
export function attribute(object: PyValue, name: string, budget: Budget): PyValue {
  const found = member(object, name, budget);
  return orUndefined(found === undefined ? item(object, name) : found, name);
}

/** `object[key]`: an item, else an attribute of that name. */
export function subscript(object: PyValue, key: PyValue, budget: Budget): PyValue {
  const held = item(object, key);
  const found = held === undefined && typeof key === "string" ? member(object, key, budget) : held;
  return orUndefined(found, str(key, budget));
}

function item(object: PyValue, key: PyValue): PyValue | undefined {
  refuseMarkup(object);
  if (object instanceof Undefined) throw new Raises(`${object.name} is undefined`);
  if (isDict(object)) return Array.isArray(key) || isDict(key) ? undefined : object.get(key);
  if (!isInt(key) && typeof key !== "boolean") return undefined;
  const items = typeof object === "string" ? [...object] : Array.isArray(object) ? object : undefined;
  return (object instanceof Tuple || object instanceof Range ? object.items : items)?.at(Number(key));
}

/** `object[from:to:step]`. */
export function slice(object: PyValue, parts: readonly (PyValue | undefined)[], budget: Budget): PyValue {
  refuseMarkup(object);
  const [from, to, step] = [0, 1, 2].map((index) => {
    const part = parts[index] ?? null;
    if (part !== null && !isInt(part) && typeof part !== "boolean") throw new Raises("a slice requires integers");
    return part === null ? undefined : Number(part);
  });
  if (step !== undefined && step !== 1) throw new CannotTell("it slices with a step");
  if (typeof object === "string") return budget.text([...object].slice(from, to).join(""));
  if (Array.isArray(object)) return listOf(object.slice(from, to), budget);
  if (object instanceof Tuple) return new Tuple(listOf(object.items.slice(from, to), budget));
  if (object instanceof Range) throw new CannotTell("it slices a range");
  throw new Raises("the value cannot be sliced");
}

type Method = (args: CallArguments) => PyValue;

function member(object: PyValue, name: string, budget: Budget): PyValue | undefined {
  refuseMarkup(object);
  if (object instanceof Undefined) throw new Raises(`${object.name} is undefined`);
  if (object instanceof Namespace) return object.attributes.get(name);
  if (name.startsWith("_")) throw new CannotTell(`it accesses the internal attribute ${name}`);
  const method = methodOf(object, name, budget);
  if (method !== undefined) return new Callable(method);
  if (UNSUPPORTED.has(name) && !(isDict(object) && object.has(name))) throw new CannotTell(`it uses .${name}`);
  return undefined;
}

function methodOf(object: PyValue, name: string, budget: Budget): Method | undefined {
  if (typeof object === "string") return textMethod(object, name, budget);
  if (Array.isArray(object)) return listMethod(object, name, budget);
  return isDict(object) ? dictMethod(object, name, budget) : undefined;
}

function listMethod(list: PyValue[], name: string, budget: Budget): Method | undefined {
  if (name !== "append" && name !== "extend") return undefined;
  return (args) => {
    const added = name === "append" ? [args.given(0)] : iterate(args.given(0));
    listOf([...added], budget);
    for (const value of added) list.push(value);
    return null;
  };
}

function view(name: string, dict: PyDict, items: PyValue[], budget: Budget): Method {
  return (args) => {
    args.check();
    return new View(name, dict, listOf(items, budget));
  };
}

function dictMethod(dict: PyDict, name: string, budget: Budget): Method | undefined {
  switch (name) {
    case "items":
      return view(
        name,
        dict,
        [...dict].map((pair) => new Tuple(pair)),
        budget,
      );
    case "keys":
      return view(name, dict, [...dict.keys()], budget);
    case "values":
      return view(name, dict, [...dict.values()], budget);
    case "get":
      return (args) => {
        const found = dict.get(hashable(args.given(0), "the value"));
        return found === undefined ? (args.positional[1] ?? null) : found;
      };
    case "update":
      return (args) => {
        const other = args.given(0);
        if (!isDict(other) || args.named.size > 0)
          throw new CannotTell("it updates a mapping with a value that is not a mapping");
        for (const [key, value] of other) dict.set(key, value);
        return null;
      };
    default:
      return undefined;
  }
}
