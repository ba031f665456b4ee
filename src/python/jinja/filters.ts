import { hashable } from "../checked.ts";
import { Dict, int, isDict, isInt, type PyKey, type PyValue, Tuple, truth } from "../dataModel.ts";
import { roundedQuotient, scaled } from "../decimal.ts";
import { CannotTell, Raises } from "../errors.ts";
import { percentFormat } from "../format.ts";
import { readFloat, readInt } from "../numbers.ts";
import { compare } from "../order.ts";
import { str } from "../repr.ts";
import { Float } from "../scalars.ts";
import { capitalize, splitLines, strip } from "../strings.ts";
import type { Budget } from "./budget.ts";
import { subscript } from "./members.ts";
import { arithmetic, isNumber, listOf, negate, toFloat } from "./operators.ts";
import { findTest } from "./tests.ts";
import { expectText, replaceText } from "./textMethods.ts";
import { CallArguments, iterate, orUndefined, Stream, Undefined } from "./value.ts";

type Filter = (value: PyValue, args: CallArguments, budget: Budget) => PyValue;

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
  if (value instanceof Stream) throw new Raises("the value has no length");
  return iterate(value).length;
};

const fallback: Filter = (value, args) => {
  const falsy = truth(args.at(1, "boolean") ?? false);
  return value instanceof Undefined || (falsy && !truth(value)) ? (args.at(0, "default_value") ?? "") : value;
};

const escapeHtml = text((value) =>
  value.replace(/[&<>'"]/g, (c) => `&${{ "&": "amp", "<": "lt", ">": "gt", "'": "#39", '"': "#34" }[c]};`),
);

const FILTERS: Readonly<Record<string, Filter>> = {
  abs: (value) => {
    if (!isNumber(value)) throw new Raises("a number is needed");
    if (value instanceof Float) return new Float(Math.abs(value.value));
    return negate(BigInt(value) < 0n ? "-" : "+", value);
  },
  capitalize: text(capitalize),
  count: length,
  d: fallback,
  default: fallback,
  e: escapeHtml,
  escape: escapeHtml,
  first: (value) => orUndefined(iterate(value)[0]),
  float: (value, args) => floatOf(value) ?? args.at(0, "default") ?? new Float(0),
  format: (value, args, budget) => formatted(value, args, budget),
  indent: (value, args, budget) => indent(expectText(value), args, budget),
  int: (value, args) => toInteger(value, args) ?? args.at(0, "default") ?? 0,
  items: (value, _args, budget) => {
    if (value instanceof Undefined) return new Stream([]);
    if (!isDict(value)) throw new Raises("a mapping is needed");
    return new Stream(
      listOf(
        [...value].map((pair) => new Tuple(pair)),
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
    replaceText(
      str(value, budget),
      str(args.given(0), budget),
      str(args.given(1), budget),
      args.at(2, "count") ?? undefined,
      budget,
    ),
  reverse: (value, _args, budget) => {
    const items = listOf([...iterate(value)].reverse(), budget);
    return typeof value === "string" ? budget.text(items.join("")) : new Stream(items);
  },
  round,
  safe: text((value) => value),
  select: (value, args, budget) => select(value, args, false, true, budget),
  selectattr: (value, args, budget) => select(value, args, true, true, budget),
  sort: (value, args, budget) => {
    const direction = truth(args.at(0, "reverse") ?? false) ? -1 : 1;
    return sorted(value, args, budget, direction, ["reverse", "case_sensitive", "attribute"]);
  },
  string: text((value) => value),
  sum: (value, args, budget) => {
    const by = args.at(0, "attribute");
    const start: PyValue = args.at(1, "start") ?? 0;
    return iterate(value).reduce<PyValue>((sum, item) => arithmetic("+", sum, pick(item, by, budget), budget), start);
  },
  trim: (value, args, budget) => budget.text(strip(str(value, budget), charactersOf(args), "both")),
  unique: (value, args, budget) => {
    const key = keyOf(args, ["case_sensitive", "attribute"], budget);
    const kept: PyValue[] = [];
    const keys = new Dict();
    for (const item of iterate(value)) {
      const id = hashable(key(item), "an item");
      if (!keys.has(id)) kept.push(item);
      keys.set(id, null);
    }
    return new Stream(listOf(kept, budget));
  },
  upper: text((value) => value.toUpperCase()),
};

/** Applies the filter of a name. @throws Raises where Jinja has none of that name. */
export function applyFilter(name: string, value: PyValue, args: CallArguments, budget: Budget): PyValue {
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (filter !== undefined) return filter(value, args, budget);
  if (UNSUPPORTED.has(name)) throw new CannotTell(`it uses the filter ${name}`);
  throw new Raises(`no filter named ${name}`);
}

/** An item itself or its attribute "a.b.0". */
function pick(item: PyValue, path: PyValue | undefined, budget: Budget): PyValue {
  if (path === undefined || path === null) return item;
  if (isInt(path)) return subscript(item, path, budget);
  return expectText(path)
    .split(".")
    .reduce<PyValue>((object, step) => subscript(object, /^\d{1,9}$/.test(step) ? Number(step) : step, budget), item);
}

/** What items are compared by: texts without case, unless told otherwise. */
function keyOf(args: CallArguments, parameters: readonly string[], budget: Budget): (item: PyValue) => PyValue {
  const argument = (name: string) => args.at(parameters.indexOf(name), name);
  const sensitive = truth(argument("case_sensitive") ?? false);
  const by = argument("attribute");
  if (typeof by === "string" && by.includes(",")) throw new CannotTell("it sorts by several attributes");
  return (item) => {
    const key = pick(item, by, budget);
    return typeof key === "string" && !sensitive ? key.toLowerCase() : key;
  };
}

function sorted(
  value: PyValue,
  args: CallArguments,
  budget: Budget,
  direction: 1 | -1,
  parameters = ["case_sensitive", "attribute"],
): PyValue[] {
  const key = keyOf(args, parameters, budget);
  return listOf([...iterate(value)], budget).sort((a, b) => direction * compare(key(a), key(b), budget));
}

function mapper(args: CallArguments, budget: Budget): (item: PyValue) => PyValue {
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

function select(value: PyValue, args: CallArguments, byAttribute: boolean, wanted: boolean, budget: Budget): PyValue {
  const path = byAttribute ? args.given(0) : undefined;
  const [name, ...rest] = byAttribute ? args.positional.slice(1) : args.positional;
  const test = name === undefined ? truth : namedTest(expectText(name), new CallArguments(rest), budget);
  return new Stream(
    listOf(
      iterate(value).filter((item) => test(pick(item, path, budget)) === wanted),
      budget,
    ),
  );
}

function namedTest(name: string, args: CallArguments, budget: Budget): (value: PyValue) => boolean {
  const test = findTest(name);
  if (test === undefined) throw new Raises(`no test named ${name}`);
  return (value) => test(value, args, budget);
}

function indent(value: string, args: CallArguments, budget: Budget): string {
  args.check("width", "first", "blank");
  const width = args.at(0, "width") ?? 4;
  if (typeof width !== "string" && !isInt(width)) throw new Raises("a width is needed");
  const space = typeof width === "string" ? width : " ".repeat(Math.max(0, Math.min(Number(width), 1000)));
  const blank = truth(args.at(2, "blank") ?? false);
  const lines = splitLines(`${value}\n`);
  budget.expect(value.length + lines.length * space.length);
  const indented = lines.map((line, index) => (index > 0 && (blank || line !== "") ? space + line : line)).join("\n");
  return budget.text(truth(args.at(1, "first") ?? false) ? space + indented : indented);
}

/** The filter format: values by position or by name, not both. */
function formatted(value: PyValue, { positional, named }: CallArguments, budget: Budget): string {
  if (positional.length > 0 && named.size > 0) throw new Raises("values both with and without names");
  const values = named.size > 0 ? new Map<PyKey, PyValue>(named) : new Tuple(positional);
  return budget.text(percentFormat(str(value, budget), values, budget));
}

function charactersOf(args: CallArguments): string | null {
  const characters = args.at(0, "chars") ?? null;
  return characters === null ? null : expectText(characters);
}

/** To a precision after (or, below zero, before) the point: halves to even, or up or down. */
function round(value: PyValue, args: CallArguments): PyValue {
  args.check("precision", "method");
  const precision = args.at(0, "precision") ?? 0;
  const method = args.at(1, "method") ?? "common";
  if (typeof method !== "string" || !["common", "ceil", "floor"].includes(method))
    throw new Raises("there is no such method");
  if (!isNumber(value)) throw new Raises("a number is needed");
  if (!isInt(precision) || Math.abs(Number(precision)) > 300) throw new CannotTell("it rounds to an odd precision");
  const places = Number(precision);
  if (method !== "common") return upOrDown(toFloat(value), places, method === "ceil" ? Math.ceil : Math.floor);
  if (!(value instanceof Float)) return roundInteger(BigInt(value), places);
  if (!Number.isFinite(value.value)) return value;
  const digits = scaled(Math.abs(value.value), places);
  const rounded = Number(`${digits}e${-places}`);
  return new Float(value.value < 0 || Object.is(value.value, -0) ? -rounded : rounded);
}

/** Jinja calculates `method(value * 10**places) / 10**places`. */
function upOrDown(value: number, places: number, method: (value: number) => number): Float {
  const factor = 10 ** places;
  if (!Number.isFinite(value)) throw new Raises("a finite number is needed");
  return new Float((method(value * factor) + 0) / factor);
}

function roundInteger(value: bigint, places: number): number | bigint {
  if (places >= 0) return int(value);
  const unit = 10n ** BigInt(-places);
  return int(roundedQuotient(value, unit) * unit);
}

/** float(), of a text as well. */
function floatOf(value: PyValue): Float | undefined {
  if (isNumber(value)) return new Float(toFloat(value));
  const number = typeof value === "string" ? readFloat(value) : undefined;
  return number === undefined ? undefined : new Float(number);
}

/** int(), of a text as well. */
function toInteger(value: PyValue, args: CallArguments): number | bigint | undefined {
  const base = args.at(1, "base");
  if (base !== undefined && base !== 10) throw new CannotTell("it reads numbers of a base");
  if (isInt(value) || typeof value === "boolean") return int(BigInt(value));
  const whole = typeof value === "string" ? readInt(value, 10) : undefined;
  if (whole !== undefined) return int(whole);
  const float = value instanceof Float ? value.value : typeof value === "string" ? readFloat(value) : undefined;
  return float === undefined || !Number.isFinite(float) ? undefined : int(BigInt(Math.trunc(float)));
}
