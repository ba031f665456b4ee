import { isDict, isInt, type PyValue, Tuple } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { Float } from "../scalars.ts";
import type { Budget } from "./budget.ts";
import { holds, isNumber, toFloat } from "./operators.ts";
import { type CallArguments, Callable, Stream, Undefined } from "./value.ts";

type Test = (value: PyValue, args: CallArguments, budget: Budget) => boolean;

function comparison(operator: string): Test {
  return (value, args, budget) => holds(operator, value, args.given(0), budget);
}

/** `value % by == wanted`. */
function leaves(value: PyValue, by: PyValue, wanted: number): boolean {
  if (!isNumber(value) || !isNumber(by)) {
    if (typeof value === "string") throw new CannotTell("it formats a text by a test");
    throw new Raises("a number is needed");
  }
  if (toFloat(by) === 0) throw new Raises("division by zero");
  if (value instanceof Float || by instanceof Float) {
    const rest = toFloat(value) % toFloat(by);
    return (rest !== 0 && rest < 0 !== toFloat(by) < 0 ? rest + toFloat(by) : rest) === wanted;
  }
  const rest = BigInt(value) % BigInt(by);
  return (rest !== 0n && rest < 0n !== BigInt(by) < 0n ? rest + BigInt(by) : rest) === BigInt(wanted);
}

/** The tests of `is`. `filter` and `test` are answered by the interpreter. */
const TESTS: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === "boolean",
  callable: (value) => value instanceof Callable,
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
    [Tuple, Map, Stream, Undefined].some((type) => value instanceof type),
  le: comparison("<="),
  lessthan: comparison("<"),
  lower: (value) => typeof value === "string" && value !== value.toUpperCase() && value === value.toLowerCase(),
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
    value instanceof Undefined,
  string: (value) => typeof value === "string",
  true: (value) => value === true,
  undefined: (value) => value instanceof Undefined,
  upper: (value) => typeof value === "string" && value !== value.toLowerCase() && value === value.toUpperCase(),
  "==": comparison("=="),
  "!=": comparison("!="),
  "<": comparison("<"),
  "<=": comparison("<="),
  ">": comparison(">"),
  ">=": comparison(">="),
};

/** The test of a name; undefined where Jinja has none. */
export function findTest(name: string): Test | undefined {
  return Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
}
