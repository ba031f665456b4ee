import { hashable } from "../checked.ts";
import { equal, int, isDict, isInt, numeric, type PyValue, Tuple } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { percentFormat } from "../format.ts";
import { compare } from "../order.ts";
import { Float } from "../scalars.ts";
import type { Budget } from "./budget.ts";
import { iterate, Range, refuseMarkup, Stream, Undefined, View } from "./value.ts";

/** The longest list and the largest integer that a template may create. */
const LARGEST_LIST = 100_000;
const LARGEST_INTEGER = 2n ** 4096n;

/** `left operator right` for the operators of arithmetic. */
export function arithmetic(operator: string, left: PyValue, right: PyValue, budget: Budget): PyValue {
  refuseMarkup(left, right);
  if (operator === "%" && typeof left === "string") return budget.text(percentFormat(left, right, budget));
  if (left instanceof Undefined || right instanceof Undefined)
    throw new Raises("an undefined value is used in a calculation");
  if (isNumber(left) && isNumber(right)) return calculate(operator, left, right);
  if (operator === "+") return add(left, right, budget);
  if (operator === "*") return isNumber(right) ? repeat(left, right, budget) : repeat(right, left, budget);
  throw new Raises(`these types do not support ${operator}`);
}

/** A bool is an int. */
export type PyNumber = boolean | number | bigint | Float;

export function isNumber(value: PyValue): value is PyNumber {
  return numeric(value) !== undefined;
}

/** A number as an int, if it is one. */
function integer(value: PyNumber): bigint | undefined {
  return value instanceof Float ? undefined : BigInt(value);
}

function calculate(operator: string, left: PyNumber, right: PyNumber): PyValue {
  if ("/%".includes(operator[0]!) && Number(numeric(right)) === 0) throw new Raises("division by zero");
  const [whole, other] = [integer(left), integer(right)];
  if (whole !== undefined && other !== undefined) {
    const result = calculateIntegers(operator, whole, other);
    if (typeof result !== "bigint") return result;
    if (result > LARGEST_INTEGER || -result > LARGEST_INTEGER) throw new CannotTell("it calculates too large a number");
    return int(result);
  }
  return floats(operator, toFloat(left), toFloat(right));
}

/** float(). */
export function toFloat(value: PyNumber): number {
  const number = Number(numeric(value));
  if (!Number.isFinite(number) && !(value instanceof Float)) throw new Raises("int too large to convert to float");
  return number;
}

function floats(operator: string, a: number, b: number): Float {
  if (operator === "+") return new Float(a + b);
  if (operator === "-") return new Float(a - b);
  if (operator === "*") return new Float(a * b);
  if (operator === "/") return new Float(a / b);
  if (operator === "**") return power(a, b);
  // Python's float_divmod().
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) {
    rest += b;
    quotient -= 1;
  } else if (rest === 0) rest = b < 0 ? -0 : 0;
  if (operator === "%") return new Float(rest);
  if (quotient === 0) return new Float(a / b < 0 || Object.is(a / b, -0) ? -0 : 0);
  const floored = Math.floor(quotient);
  return new Float(quotient - floored > 0.5 ? floored + 1 : floored);
}

function power(base: number, exponent: number): Float {
  if (base === 0 && exponent < 0) throw new Raises("division by zero");
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent))
    throw new CannotTell("it calculates a complex number");
  // Unlike in JavaScript, 1 to any power is 1 in Python.
  const result =
    base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) ? 1 : base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent))
    throw new Raises("the result is too large");
  return new Float(result);
}

function calculateIntegers(operator: string, left: bigint, right: bigint): bigint | Float {
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  if (operator === "*") return left * right;
  if (operator === "/") return quotientOf(left, right);
  if (operator === "**") return integerPower(left, right);
  const quotient = left / right;
  const floored = quotient * right !== left && left < 0n !== right < 0n ? quotient - 1n : quotient;
  return operator === "//" ? floored : left - floored * right;
}

/** The quotient of two ints, which Python rounds once. */
function quotientOf(left: bigint, right: bigint): Float {
  const [a, b] = [toFloat(left), toFloat(right)];
  if (BigInt(a) === left && BigInt(b) === right) return new Float(a / b);
  throw new CannotTell("it divides numbers that are too large");
}

function integerPower(base: bigint, exponent: bigint): bigint | Float {
  if (exponent < 0n) return power(toFloat(base), toFloat(exponent));
  if (exponent > 4096n) throw new CannotTell("it calculates too large a number");
  return base ** exponent;
}

function add(left: PyValue, right: PyValue, budget: Budget): PyValue {
  if (typeof left === "string" && typeof right === "string") {
    budget.expect(left.length + right.length);
    return budget.text(left + right);
  }
  if (Array.isArray(left) && Array.isArray(right)) return listOf([...left, ...right], budget);
  if (left instanceof Tuple && right instanceof Tuple)
    return new Tuple(listOf([...left.items, ...right.items], budget));
  throw new Raises("these types do not support +");
}

function repeat(value: PyValue, times: PyValue, budget: Budget): PyValue {
  if (!isInt(times) && typeof times !== "boolean") throw new Raises("these types do not support *");
  const count = Math.max(0, Number(times));
  if (typeof value === "string") {
    budget.expect(value.length * count);
    return budget.text(value.repeat(count));
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (items === undefined) throw new Raises("these types do not support *");
  if (items.length * count > LARGEST_LIST) throw new CannotTell("it creates too long a list");
  const repeated = listOf(Array.from({ length: items.length === 0 ? 0 : count }, () => items).flat(), budget);
  return Array.isArray(value) ? repeated : new Tuple(repeated);
}

/** A new list, which costs as many steps as it has items. */
export function listOf(items: PyValue[], budget: Budget): PyValue[] {
  if (items.length > LARGEST_LIST) throw new CannotTell("it creates too long a list");
  budget.step(items.length);
  return items;
}

/** `left operator right` for the comparisons and for `in`. */
export function holds(operator: string, left: PyValue, right: PyValue, budget: Budget): boolean {
  refuseMarkup(left, right);
  if (operator === "==") return equal(left, right, budget);
  if (operator === "!=") return !equal(left, right, budget);
  if (operator === "in") return contains(right, left, budget);
  if (operator === "not in") return !contains(right, left, budget);
  if (left instanceof Undefined || right instanceof Undefined) throw new Raises("an undefined value is compared");
  if (
    [left, right].some((value) => value instanceof Float && Number.isNaN(value.value)) &&
    isNumber(left) &&
    isNumber(right)
  )
    return false;
  const order = compare(left, right, budget);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

function contains(container: PyValue, value: PyValue, budget: Budget): boolean {
  if (typeof container === "string") {
    if (typeof value !== "string") throw new Raises("a string can contain only strings");
    budget.step(container.length / 100);
    return container.includes(value);
  }
  if (isDict(container)) return container.has(hashable(value, "the value"));
  if (
    Array.isArray(container) ||
    container instanceof Tuple ||
    container instanceof Stream ||
    container instanceof Range ||
    container instanceof View ||
    container instanceof Undefined
  )
    return iterate(container).some((item) => item === value || equal(item, value, budget));
  throw new Raises("the value is not a container");
}

/** `-value` and `+value`. */
export function negate(operator: "-" | "+", value: PyValue): PyValue {
  if (!isNumber(value)) throw new Raises("the value cannot have a sign");
  if (value instanceof Float) return operator === "-" ? new Float(-value.value) : value;
  return int(operator === "-" ? -BigInt(value) : BigInt(value));
}
