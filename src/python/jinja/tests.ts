import { isDict, isInt, type PyValue, Tuple } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { str } from "../repr.ts";
import { Float } from "../scalars.ts";
import type { Budget } from "./budget.ts";
import { holds, isNumber, toFloat } from "./operators.ts";
import { type CallArguments, Callable, Range, refuseMarkup, Stream, Undefined, View } from "./value.ts";

type Test = (value: PyValue, args: CallArguments, budget: Budget) => boolean;

function comparison(operator: string): Test {
  return (value, args, budget) => holds(operator, value, args.given(0), budget);
}

/** `value % by == wanted`. */
function leaves(value: PyValue, by: PyValue, wanted: number): boolean {
  if (!isNumber(value) || !isNumber(by)) {
    if (typeof value === "string") throw new CannotTell("it applies a numeric test to a string");
    throw new Raises("a number is required");
  }
  if (toFloat(by) === 0) throw new Raises("division by zero");
  if (value instanceof Float || by instanceof Float) {
    const rest = toFloat(value) % toFloat(by);
    return (rest !== 0 && rest < 0 !== toFloat(by) < 0 ? rest + toFloat(by) : rest) === wanted;
  }
  const rest = BigInt(value) % BigInt(by);
  return (rest !== 0n && rest < 0n !== BigInt(by) < 0n ? rest + BigInt(by) : rest) === BigInt(wanted);
}

/** str.islower() or isupper(): at least one letter has a case, and all that have are in this one. */
function isCased(text: string, fold: (text: string) => string): boolean {
  return text.toLowerCase() !== text.toUpperCase() && fold(text) === text;
}

/** The tests of `is`. `filter` and `test` are answered by the interpreter. */
const TESTS: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === "boolean",
  callable: (value) => value instanceof Callable || value instanceof Undefined,
  defined: (value) => !(value instanceof Undefined),
  divisibleby: (value, args) => leaves(value, args.given(0), 0),
  eq: comparison("=="),
  equalto: comparison("=="),
  even: (value) => leaves(value, 2, 0),
  false: (value) => value === false,
  float: (value) => value instanceof Float,
  ge: comparison(">="),
  greaterthan: comparison(">"),
  gt: comparison(">"),
  in: comparison("in"),
  integer: (value) => isInt(value),
  iterable: (value) =>
    typeof value === "string" ||
    Array.isArray(value) ||
    [Tuple, Map, Stream, Range, View, Undefined].some((type) => value instanceof type),
  le: comparison("<="),
  lessthan: comparison("<"),
  lower: (value, _args, budget) => isCased(str(value, budget), (text) => text.toLowerCase()),
  lt: comparison("<"),
  mapping: (value) => isDict(value),
  ne: comparison("!="),
  none: (value) => value === null,
  number: (value) => isNumber(value),
  odd: (value) => leaves(value, 2, 1),
  sameas: (value, args) => value === args.given(0),
  sequence: (value) =>
    typeof value === "string" ||
    Array.isArray(value) ||
    value instanceof Tuple ||
    isDict(value) ||
    value instanceof Range ||
    value instanceof Undefined,
  string: (value) => typeof value === "string",
  true: (value) => value === true,
  undefined: (value) => value instanceof Undefined,
  upper: (value, _args, budget) => isCased(str(value, budget), (text) => text.toUpperCase()),
  "==": comparison("=="),
  "!=": comparison("!="),
  "<": comparison("<"),
  "<=": comparison("<="),
  ">": comparison(">"),
  ">=": comparison(">="),
};

/** Tests that compare with one argument; all others take none. */
const OF_TWO = new Set([
  "divisibleby",
  "eq",
  "equalto",
  "ge",
  "greaterthan",
  "gt",
  "in",
  "le",
  "lessthan",
  "lt",
  "ne",
  "sameas",
]);

/** Whether a value passes the test of a name. @throws Raises if Jinja has none of that name */
export function applyTest(name: string, value: PyValue, args: CallArguments, budget: Budget): boolean {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (test === undefined) throw new Raises(`unknown test ${name}`);
  if (args.named.size > 0) throw new CannotTell("it uses a test with named arguments");
  if (args.positional.length !== Number(OF_TWO.has(name) || !/^[a-z]/.test(name)))
    throw new Raises("wrong number of arguments");
  if (!["defined", "none", "undefined"].includes(name)) refuseMarkup(value);
  return test(value, args, budget);
}
