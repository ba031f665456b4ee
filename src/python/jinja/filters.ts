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
import { arithmetic, holds, isNumber, listOf, negate, toFloat } from "./operators.ts";
import { applyTest } from "./tests.ts";
import { expectText, replaceText } from "./textMethods.ts";
import { CallArguments, iterate, Markup, orUndefined, refuseMarkup, Stream, Undefined } from "./value.ts";

/** A filter, and the names of its parameters after the value; undefined if it takes any. */
interface Filter {
  readonly parameters: readonly string[] | undefined;
  readonly run: (value: PyValue, args: CallArguments, budget: Budget) => PyValue;
}

/** Filters of Jinja that are not supported. */
const UNSUPPORTED = new Set(
  `attr batch center dictsort filesizeformat forceescape groupby pprint random slice striptags title tojson truncate urlencode
  urlize wordcount wordwrap xmlattr`.split(/\s+/),
);

/** An argument, None included, or the default for a missing one. */
function orElse(given: PyValue | undefined, otherwise: PyValue): PyValue {
  return given === undefined ? otherwise : given;
}

function filter(parameters: string | undefined, run: Filter["run"]): Filter {
  return { parameters: parameters?.split(" ").filter((name) => name !== ""), run };
}

const text = (change: (text: string) => string): Filter =>
  filter("", (value, _args, budget) => budget.text(change(str(value, budget))));

/** A filter that is a generator in Python: it does nothing, and cannot fail, before its items are requested. */
const lazy = (
  parameters: string | undefined,
  produce: (value: PyValue, args: CallArguments, budget: Budget) => PyValue[],
): Filter =>
  filter(parameters, (value, args, budget) => new Stream(() => listOf(produce(value, args, budget), budget)));

const length = filter("", (value) => {
  if (value instanceof Stream) throw new Raises("the value has no length");
  return iterate(value).length;
});

const fallback = filter("default_value boolean", (value, args) => {
  const falsy = truth(args.at(1, "boolean") ?? false);
  return value instanceof Undefined || (falsy && !truth(value)) ? orElse(args.at(0, "default_value"), "") : value;
});

const escapeHtml = filter(
  "",
  (value, _args, budget) =>
    new Markup(
      budget.text(
        str(value, budget).replace(
          /[&<>'"]/g,
          (c) => `&${{ "&": "amp", "<": "lt", ">": "gt", "'": "#39", '"': "#34" }[c]};`,
        ),
      ),
    ),
);

const FILTERS: ReadonlyMap<string, Filter> = new Map([
  [
    "abs",
    filter("", (value) => {
      if (!isNumber(value)) throw new Raises("a number is required");
      if (value instanceof Float) return new Float(Math.abs(value.value));
      return negate(BigInt(value) < 0n ? "-" : "+", value);
    }),
  ],
  ["capitalize", text(capitalize)],
  ["count", length],
  ["d", fallback],
  ["default", fallback],
  ["e", escapeHtml],
  ["escape", escapeHtml],
  ["first", filter("", (value) => orUndefined(iterate(value)[0]))],
  ["float", filter("default", (value, args) => floatOf(value) ?? orElse(args.at(0, "default"), new Float(0)))],
  ["format", filter(undefined, formatted)],
  ["indent", filter("width first blank", (value, args, budget) => indent(expectText(value), args, budget))],
  ["int", filter("default base", (value, args) => toInteger(value, args) ?? orElse(args.at(0, "default"), 0))],
  [
    "items",
    lazy("", (value) => {
      if (value instanceof Undefined) return [];
      if (!isDict(value)) throw new Raises("a mapping is required");
      return [...value].map((pair) => new Tuple(pair));
    }),
  ],
  [
    "join",
    filter("d attribute", (value, args, budget) => {
      const by = args.at(1, "attribute");
      const items = iterate(value).map((item) => str(pick(item, by, budget), budget));
      const separator = str(orElse(args.at(0, "d"), ""), budget);
      budget.expect(items.reduce((sum, item) => sum + item.length + separator.length, 0));
      return budget.text(items.join(separator));
    }),
  ],
  [
    "last",
    filter("", (value) => {
      if (value instanceof Stream) throw new Raises("the value cannot be reversed");
      return orUndefined(iterate(value).at(-1));
    }),
  ],
  ["length", length],
  ["list", filter("", (value, _args, budget) => listOf([...iterate(value)], budget))],
  ["lower", text((value) => value.toLowerCase())],
  ["map", lazy(undefined, (value, args, budget) => (truth(value) ? iterate(value).map(mapper(args, budget)) : []))],
  ["max", filter("case_sensitive attribute", (value, args, budget) => extreme(value, args, budget, -1))],
  ["min", filter("case_sensitive attribute", (value, args, budget) => extreme(value, args, budget, 1))],
  ["reject", lazy(undefined, (value, args, budget) => select(value, args, false, false, budget))],
  ["rejectattr", lazy(undefined, (value, args, budget) => select(value, args, true, false, budget))],
  [
    "replace",
    filter("old new count", (value, args, budget) => {
      const [old, by] = [args.required(0, "old"), args.required(1, "new")];
      return replaceText(
        str(value, budget),
        str(old, budget),
        str(by, budget),
        args.at(2, "count") ?? undefined,
        budget,
      );
    }),
  ],
  [
    "reverse",
    filter("", (value, _args, budget) => {
      const items = listOf([...iterate(value)].reverse(), budget);
      if (typeof value === "string") return budget.text(items.join(""));
      return value instanceof Stream ? items : new Stream(() => items);
    }),
  ],
  ["round", filter("precision method", round)],
  ["safe", filter("", (value, _args, budget) => new Markup(str(value, budget)))],
  ["select", lazy(undefined, (value, args, budget) => select(value, args, false, true, budget))],
  ["selectattr", lazy(undefined, (value, args, budget) => select(value, args, true, true, budget))],
  ["sort", filter("reverse case_sensitive attribute", sort)],
  ["string", text((value) => value)],
  [
    "sum",
    filter("attribute start", (value, args, budget) => {
      const by = args.at(0, "attribute");
      const start = orElse(args.at(1, "start"), 0);
      if (typeof start === "string") throw new Raises("strings cannot be summed");
      return iterate(value).reduce<PyValue>((sum, item) => arithmetic("+", sum, pick(item, by, budget), budget), start);
    }),
  ],
  [
    "trim",
    filter("chars", (value, args, budget) => budget.text(strip(str(value, budget), charactersOf(args), "both"))),
  ],
  [
    "unique",
    lazy("case_sensitive attribute", (value, args, budget) => {
      const key = keyOf(args, budget);
      const kept: PyValue[] = [];
      const keys = new Dict();
      for (const item of iterate(value)) {
        const id = hashable(key(item), "an item");
        if (!keys.has(id)) kept.push(item);
        keys.set(id, null);
      }
      return kept;
    }),
  ],
  ["upper", text((value) => value.toUpperCase())],
]);

/** The filters whose effect on text that is marked as safe HTML is known. */
const OF_MARKUP = new Set(["d", "default", "e", "escape", "safe", "string"]);

/** Applies the filter of a name. @throws Raises if Jinja has none of that name. */
export function applyFilter(name: string, value: PyValue, args: CallArguments, budget: Budget): PyValue {
  const found = FILTERS.get(name);
  if (found === undefined && UNSUPPORTED.has(name)) throw new CannotTell(`it uses the filter ${name}`);
  if (found === undefined) throw new Raises(`unknown filter ${name}`);
  if (found.parameters !== undefined) args.check(...found.parameters);
  if (value instanceof Markup && OF_MARKUP.has(name) && name !== "default" && name !== "d") return value;
  if (!OF_MARKUP.has(name)) refuseMarkup(value, ...args.positional, ...args.named.values());
  return found.run(value, args, budget);
}

/** An item itself or its attribute "a.b.0". */
function pick(item: PyValue, path: PyValue | undefined, budget: Budget): PyValue {
  if (path === undefined || path === null) return item;
  if (isInt(path)) return subscript(item, path, budget);
  return expectText(path)
    .split(".")
    .reduce<PyValue>((object, step) => subscript(object, /^\d{1,9}$/.test(step) ? Number(step) : step, budget), item);
}

/** The key by which items are compared; strings in lower case by default. */
function keyOf(args: CallArguments, budget: Budget): (item: PyValue) => PyValue {
  const sensitive = truth(args.at(0, "case_sensitive") ?? false);
  const by = args.at(1, "attribute");
  return (item) => folded(pick(item, by, budget), sensitive);
}

function folded(value: PyValue, sensitive: boolean): PyValue {
  return typeof value === "string" && !sensitive ? value.toLowerCase() : value;
}

/** The filter sort: by lists of attributes, in which all missing values are equal. */
function sort(value: PyValue, args: CallArguments, budget: Budget): PyValue {
  const direction = truth(args.at(0, "reverse") ?? false) ? -1 : 1;
  const sensitive = truth(args.at(1, "case_sensitive") ?? false);
  const by = args.at(2, "attribute") ?? null;
  const paths = typeof by === "string" ? by.split(",") : [by];
  const items = iterate(value).map((item) => ({
    item,
    key: paths.map((path) => folded(pick(item, path, budget), sensitive)),
  }));
  items.sort((a, b) => direction * compare(a.key, b.key, budget));
  return listOf(
    items.map(({ item }) => item),
    budget,
  );
}

/** The first of the least or greatest items. */
function extreme(value: PyValue, args: CallArguments, budget: Budget, direction: 1 | -1): PyValue {
  const key = keyOf(args, budget);
  const [first, ...rest] = iterate(value);
  if (first === undefined) return new Undefined();
  let [best, bestKey] = [first, key(first)];
  for (const item of rest) {
    const itemKey = key(item);
    const [a, b] = direction === 1 ? [itemKey, bestKey] : [bestKey, itemKey];
    if (holds("<", a, b, budget)) [best, bestKey] = [item, itemKey];
  }
  return best;
}

function mapper(args: CallArguments, budget: Budget): (item: PyValue) => PyValue {
  const by = args.named.get("attribute");
  if (args.positional.length === 0 && by !== undefined) {
    const missing = args.named.get("default");
    for (const name of args.named.keys())
      if (name !== "attribute" && name !== "default") throw new Raises(`unexpected argument ${name}`);
    return (item) => {
      const value = pick(item, by, budget);
      return value instanceof Undefined && missing !== undefined ? missing : value;
    };
  }
  const name = expectText(args.given(0));
  const rest = new CallArguments(args.positional.slice(1), args.named);
  return (item) => applyFilter(name, item, rest, budget);
}

function select(value: PyValue, args: CallArguments, byAttribute: boolean, wanted: boolean, budget: Budget): PyValue[] {
  if (!truth(value)) return [];
  const path = byAttribute ? args.given(0) : undefined;
  const [name, ...rest] = byAttribute ? args.positional.slice(1) : args.positional;
  const test = name === undefined ? truth : namedTest(expectText(name), new CallArguments(rest, args.named), budget);
  return iterate(value).filter((item) => test(pick(item, path, budget)) === wanted);
}

function namedTest(name: string, args: CallArguments, budget: Budget): (value: PyValue) => boolean {
  return (value) => applyTest(name, value, args, budget);
}

function indent(value: string, args: CallArguments, budget: Budget): string {
  const width = orElse(args.at(0, "width"), 4);
  if (typeof width !== "string" && !isInt(width)) throw new Raises("a width is required");
  const space = typeof width === "string" ? width : " ".repeat(Math.max(0, Math.min(Number(width), 1000)));
  const blank = truth(args.at(2, "blank") ?? false);
  const lines = splitLines(`${value}\n`);
  budget.expect(value.length + lines.length * space.length);
  const indented = lines.map((line, index) => (index > 0 && (blank || line !== "") ? space + line : line)).join("\n");
  return budget.text(truth(args.at(1, "first") ?? false) ? space + indented : indented);
}

/** The filter format: values by position or by name, not both. */
function formatted(value: PyValue, { positional, named }: CallArguments, budget: Budget): string {
  if (positional.length > 0 && named.size > 0) throw new Raises("positional and named values cannot be mixed");
  const values = named.size > 0 ? new Map<PyKey, PyValue>(named) : new Tuple(positional);
  return budget.text(percentFormat(str(value, budget), values, budget));
}

function charactersOf(args: CallArguments): string | null {
  const characters = args.at(0, "chars") ?? null;
  return characters === null ? null : expectText(characters);
}

/** To a precision after (or, below zero, before) the point: halves to even, or up or down. */
function round(value: PyValue, args: CallArguments): PyValue {
  const precision = orElse(args.at(0, "precision"), 0);
  const method = orElse(args.at(1, "method"), "common");
  if (typeof method !== "string" || !["common", "ceil", "floor"].includes(method))
    throw new Raises("unknown rounding method");
  if (!isNumber(value)) throw new Raises("a number is required");
  if (!isInt(precision) || Math.abs(Number(precision)) > 300)
    throw new CannotTell("it rounds with an unusual precision");
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
  if (!Number.isFinite(value)) throw new Raises("a finite number is required");
  return new Float((method(value * factor) + 0) / factor);
}

function roundInteger(value: bigint, places: number): number | bigint {
  if (places >= 0) return int(value);
  const unit = 10n ** BigInt(-places);
  return int(roundedQuotient(value, unit) * unit);
}

/** float(), also of a string; undefined if Jinja uses the default. */
function floatOf(value: PyValue): Float | undefined {
  if (value instanceof Undefined) throw new Raises("an undefined value is not a number");
  if (isNumber(value)) return new Float(toFloat(value));
  const number = typeof value === "string" ? readFloat(value) : undefined;
  return number === undefined ? undefined : new Float(number);
}

/** int(), also of a string; undefined if Jinja uses the default. */
function toInteger(value: PyValue, args: CallArguments): number | bigint | undefined {
  const base = orElse(args.at(1, "base"), 10);
  if (base !== 10) throw new CannotTell("it reads a number in a base other than 10");
  if (value instanceof Undefined) throw new Raises("an undefined value is not a number");
  if (isInt(value) || typeof value === "boolean") return int(BigInt(value));
  if (value instanceof Float) {
    if (Math.abs(value.value) === Infinity) throw new Raises("infinity cannot be converted to an integer");
    return Number.isNaN(value.value) ? undefined : int(BigInt(Math.trunc(value.value)));
  }
  if (typeof value !== "string") return undefined;
  const whole = readInt(value, 10);
  if (whole !== undefined) return int(whole);
  const float = readFloat(value);
  return float === undefined || !Number.isFinite(float) ? undefined : int(BigInt(Math.trunc(float)));
}
