import { Raises } from "../errors.ts";
import type { Budget } from "./budget.ts";
import { holds } from "./operators.ts";
import { type CallArguments, Callable, Dict, isNumber, plain, Stream, Tuple, Undefined, type Value } from "./value.ts";

type Test = (value: Value, args: CallArguments, budget: Budget) => boolean;

function comparison(operator: string): Test {
  return (value, args, budget) => holds(operator, value, args.given(0), budget);
}

function remainder(value: Value, by: bigint): bigint {
  if (!isNumber(value)) throw new Raises("a number is needed");
  const number = plain(value);
  if (by === 0n) throw new Raises("division by zero");
  return typeof number === "bigint" ? number % by : BigInt(Math.trunc(number)) % by;
}

/** The tests of `is`. `filter` and `test` are answered by the interpreter. */
const TESTS: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === "boolean",
  callable: (value) => value instanceof Callable,
  defined: (value) => !(value instanceof Undefined),
  divisibleby: (value, args) => {
    const by = args.given(0);
    if (typeof by !== "bigint") throw new Raises("a whole number is needed");
    return remainder(value, by) === 0n;
  },
  eq: comparison("=="),
  equalto: comparison("=="),
  even: (value) => remainder(value, 2n) === 0n,
  false: (value) => value === false,
  float: (value) => typeof value === "number",
  ge: comparison(">="),
  greaterthan: comparison(">"),
  gt: comparison(">"),
  in: comparison("in"),
  integer: (value) => typeof value === "bigint",
  iterable: (value) =>
    typeof value === "string" ||
    Array.isArray(value) ||
    [Tuple, Dict, Stream, Undefined].some((type) => value instanceof type),
  le: comparison("<="),
  lessthan: comparison("<"),
  lower: (value) => typeof value === "string" && value !== value.toUpperCase() && value === value.toLowerCase(),
  lt: comparison("<"),
  mapping: (value) => value instanceof Dict,
  ne: comparison("!="),
  none: (value) => value === null,
  number: (value) => isNumber(value),
  odd: (value) => remainder(value, 2n) !== 0n,
  sameas: (value, args) => value === args.given(0),
  sequence: (value) =>
    typeof value === "string" ||
    Array.isArray(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
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
