import { CannotTell, Raises } from "../errors.ts";
import { splitLines } from "../splitLines.ts";
import type { Budget } from "./budget.ts";
import { formatText } from "./format.ts";
import { subscript } from "./members.ts";
import { arithmetic, listOf } from "./operators.ts";
import { findTest } from "./tests.ts";
import { capitalize, expectText, replace, strip } from "./textMethods.ts";
import {
  CallArguments,
  compare,
  Dict,
  isNumber,
  iterate,
  orUndefined,
  plain,
  Stream,
  str,
  Tuple,
  truthy,
  Undefined,
  type Value,
} from "./value.ts";

type Filter = (value: Value, args: CallArguments, budget: Budget) => Value;

/** Filters of Jinja that are not supported. */
const UNSUPPORTED = new Set(
  `attr batch center dictsort filesizeformat forceescape groupby pprint random slice striptags title tojson truncate urlencode
  urlize wordcount wordwrap xmlattr`.split(/\s+/),
);

const text =
  (change: (text: string) => string): Filter =>
  (value, _args, budget) =>
    budget.text(change(str(value, budget)));

const length: Filter = (value) => {
  if (typeof value === "string") return BigInt([...value].length);
  if (value instanceof Dict) return BigInt(value.size);
  if (value instanceof Stream || isNumber(value)) throw new Raises("the value has no length");
  return BigInt(iterate(value).length);
};

const fallback: Filter = (value, args) => {
  const falsy = truthy(args.at(1, "boolean") ?? false);
  return value instanceof Undefined || (falsy && !truthy(value)) ? (args.at(0, "default_value") ?? "") : value;
};

const escapeHtml = text((value) =>
  value.replace(/[&<>'"]/g, (c) => `&${{ "&": "amp", "<": "lt", ">": "gt", "'": "#39", '"': "#34" }[c]};`),
);

const FILTERS: Readonly<Record<string, Filter>> = {
  abs: (value) => {
    if (!isNumber(value)) throw new Raises("a number is needed");
    const number = plain(value);
    return number < 0 ? -number : number;
  },
  capitalize: text(capitalize),
  count: length,
  d: fallback,
  default: fallback,
  e: escapeHtml,
  escape: escapeHtml,
  first: (value) => orUndefined(iterate(value)[0]),
  float: (value, args) => toFloat(value) ?? args.at(0, "default") ?? 0,
  format: (value, args, budget) => formatText(expectText(value), new Tuple(args.positional), budget),
  indent: (value, args, budget) => indent(expectText(value), args, budget),
  int: (value, args) => toInteger(value, args) ?? args.at(0, "default") ?? 0n,
  items: (value, _args, budget) => {
    if (value instanceof Undefined) return new Stream([]);
    if (!(value instanceof Dict)) throw new Raises("a mapping is needed");
    return new Stream(
      listOf(
        value.entries().map((pair) => new Tuple(pair)),
        budget,
      ),
    );
  },
  join: (value, args, budget) => {
    const by = args.at(1, "attribute");
    const items = iterate(value).map((item) => str(pick(item, by, budget), budget));
    const separator = str(args.at(0, "d") ?? "", budget);
    budget.expect(items.reduce((sum, item) => sum + item.length + separator.length, 0));
    return budget.text(items.join(separator));
  },
  last: (value) => orUndefined(iterate(value).at(-1)),
  length,
  list: (value, _args, budget) => listOf([...iterate(value)], budget),
  lower: text((value) => value.toLowerCase()),
  map: (value, args, budget) => new Stream(listOf(iterate(value).map(mapper(args, budget)), budget)),
  max: (value, args, budget) => orUndefined(sorted(value, args, budget, -1)[0]),
  min: (value, args, budget) => orUndefined(sorted(value, args, budget, 1)[0]),
  reject: (value, args, budget) => select(value, args, false, false, budget),
  rejectattr: (value, args, budget) => select(value, args, true, false, budget),
  replace: (value, args, budget) =>
    replace(
      str(value, budget),
      str(args.given(0), budget),
      str(args.given(1), budget),
      args.at(2, "count") ?? null,
      budget,
    ),
  reverse: (value, _args, budget) => {
    const items = listOf([...iterate(value)].reverse(), budget);
    return typeof value === "string" ? budget.text(items.join("")) : new Stream(items);
  },
  round: (value, args) => {
    const precision = args.at(0, "precision") ?? 0n;
    if (precision !== 0n || args.at(1, "method") !== undefined) throw new CannotTell("it rounds to a precision");
    if (!isNumber(value)) throw new Raises("a number is needed");
    const number = Number(value);
    const floor = Math.floor(number);
    return number - floor === 0.5 ? floor + Math.abs(floor % 2) : Math.round(number);
  },
  safe: text((value) => value),
  select: (value, args, budget) => select(value, args, false, true, budget),
  selectattr: (value, args, budget) => select(value, args, true, true, budget),
  sort: (value, args, budget) => {
    const direction = truthy(args.at(0, "reverse") ?? false) ? -1 : 1;
    return sorted(value, args, budget, direction, ["reverse", "case_sensitive", "attribute"]);
  },
  string: text((value) => value),
  sum: (value, args, budget) => {
    const by = args.at(0, "attribute");
    const start: Value = args.at(1, "start") ?? 0n;
    return iterate(value).reduce<Value>((sum, item) => arithmetic("+", sum, pick(item, by, budget), budget), start);
  },
  trim: (value, args, budget) => budget.text(strip(str(value, budget), args.at(0, "chars"), "both")),
  unique: (value, args, budget) => {
    const key = keyOf(args, ["case_sensitive", "attribute"], budget);
    const kept: Value[] = [];
    const keys = new Dict();
    for (const item of iterate(value)) {
      if (!keys.has(key(item))) kept.push(item);
      keys.set(key(item), null);
    }
    return new Stream(listOf(kept, budget));
  },
  upper: text((value) => value.toUpperCase()),
};

/** Applies the filter of a name. @throws Raises where Jinja has none of that name. */
export function applyFilter(name: string, value: Value, args: CallArguments, budget: Budget): Value {
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (filter !== undefined) return filter(value, args, budget);
  if (UNSUPPORTED.has(name)) throw new CannotTell(`it uses the filter ${name}`);
  throw new Raises(`no filter named ${name}`);
}

/** An item itself or its attribute "a.b.0". */
function pick(item: Value, path: Value | undefined, budget: Budget): Value {
  if (path === undefined || path === null) return item;
  if (typeof path === "bigint") return subscript(item, path, budget);
  return expectText(path)
    .split(".")
    .reduce<Value>((object, step) => subscript(object, /^\d{1,9}$/.test(step) ? BigInt(step) : step, budget), item);
}

/** What items are compared by: texts without case, unless told otherwise. */
function keyOf(args: CallArguments, parameters: readonly string[], budget: Budget): (item: Value) => Value {
  const argument = (name: string) => args.at(parameters.indexOf(name), name);
  const sensitive = truthy(argument("case_sensitive") ?? false);
  const by = argument("attribute");
  if (typeof by === "string" && by.includes(",")) throw new CannotTell("it sorts by several attributes");
  return (item) => {
    const key = pick(item, by, budget);
    return typeof key === "string" && !sensitive ? key.toLowerCase() : key;
  };
}

function sorted(
  value: Value,
  args: CallArguments,
  budget: Budget,
  direction: 1 | -1,
  parameters = ["case_sensitive", "attribute"],
): Value[] {
  const key = keyOf(args, parameters, budget);
  return listOf([...iterate(value)], budget).sort((a, b) => direction * compare(key(a), key(b), budget));
}

function mapper(args: CallArguments, budget: Budget): (item: Value) => Value {
  const by = args.named.get("attribute");
  if (args.positional.length === 0 && by !== undefined) {
    const missing = args.named.get("default");
    return (item) => {
      const value = pick(item, by, budget);
      return value instanceof Undefined && missing !== undefined ? missing : value;
    };
  }
  const name = expectText(args.given(0));
  const rest = new CallArguments(args.positional.slice(1), args.named);
  return (item) => applyFilter(name, item, rest, budget);
}

function select(value: Value, args: CallArguments, byAttribute: boolean, wanted: boolean, budget: Budget): Value {
  const path = byAttribute ? args.given(0) : undefined;
  const [name, ...rest] = byAttribute ? args.positional.slice(1) : args.positional;
  const test = name === undefined ? truthy : namedTest(expectText(name), new CallArguments(rest), budget);
  return new Stream(
    listOf(
      iterate(value).filter((item) => test(pick(item, path, budget)) === wanted),
      budget,
    ),
  );
}

function namedTest(name: string, args: CallArguments, budget: Budget): (value: Value) => boolean {
  const test = findTest(name);
  if (test === undefined) throw new Raises(`no test named ${name}`);
  return (value) => test(value, args, budget);
}

function indent(value: string, args: CallArguments, budget: Budget): string {
  const width = args.at(0, "width") ?? 4n;
  const space = typeof width === "string" ? width : " ".repeat(Math.min(Number(width), 1000));
  const blank = truthy(args.at(2, "blank") ?? false);
  const lines = splitLines(`${value}\n`);
  budget.expect(value.length + lines.length * space.length);
  const indented = lines.map((line, index) => (index > 0 && (blank || line !== "") ? space + line : line)).join("\n");
  return budget.text(truthy(args.at(1, "first") ?? false) ? space + indented : indented);
}

function toFloat(value: Value): number | undefined {
  if (isNumber(value)) return Number(value);
  return typeof value === "string" && /^\s*[-+]?(\d+(?:\.\d*)?|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)
    ? Number(value)
    : undefined;
}

function toInteger(value: Value, args: CallArguments): bigint | undefined {
  if (args.at(1, "base") !== undefined && args.at(1, "base") !== 10n)
    throw new CannotTell("it reads numbers of a base");
  if (typeof value === "string" && /^\s*[-+]?\d{1,300}\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ""));
  const float = toFloat(value);
  if (typeof value === "bigint") return value;
  return float === undefined || !Number.isFinite(float) ? undefined : BigInt(Math.trunc(float));
}
