import { CannotTell, Raises } from "../errors.ts";
import type { Budget } from "./budget.ts";
import { formatText } from "./format.ts";
import { compare, Dict, equal, isNumber, iterate, plain, Stream, Tuple, Undefined, type Value } from "./value.ts";

/** Longest list and largest integer that a template may make. */
const LARGEST_LIST = 100_000;
const LARGEST_INTEGER = 2n ** 4096n;

/** `left operator right` for the operators of arithmetic. */
export function arithmetic(operator: string, left: Value, right: Value, budget: Budget): Value {
  if (left instanceof Undefined || right instanceof Undefined)
    throw new Raises("something undefined is calculated with");
  if (isNumber(left) && isNumber(right)) return calculate(operator, plain(left), plain(right));
  if (operator === "+") return add(left, right, budget);
  if (operator === "*") return isNumber(right) ? repeat(left, right, budget) : repeat(right, left, budget);
  if (operator === "%" && typeof left === "string") return formatText(left, right, budget);
  throw new Raises(`values of these types have no ${operator}`);
}

function calculate(operator: string, left: bigint | number, right: bigint | number): bigint | number {
  if ("/%".includes(operator[0]!) && Number(right) === 0) throw new Raises("division by zero");
  if (typeof left === "bigint" && typeof right === "bigint") {
    const result = calculateIntegers(operator, left, right);
    if (typeof result === "bigint" && (result > LARGEST_INTEGER || -result > LARGEST_INTEGER))
      throw new CannotTell("it calculates a huge number");
    return result;
  }
  const [a, b] = [Number(left), Number(right)];
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  if (operator === "/") return a / b;
  if (operator === "//") return Math.floor(a / b);
  if (operator === "%") return a - b * Math.floor(a / b);
  return a ** b;
}

function calculateIntegers(operator: string, left: bigint, right: bigint): bigint | number {
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  if (operator === "*") return left * right;
  if (operator === "/") return Number(left) / Number(right);
  if (operator === "**") return power(left, right);
  const quotient = left / right;
  const floored = quotient * right !== left && left < 0n !== right < 0n ? quotient - 1n : quotient;
  return operator === "//" ? floored : left - floored * right;
}

function power(base: bigint, exponent: bigint): bigint | number {
  if (exponent < 0n && base === 0n) throw new Raises("division by zero");
  if (exponent < 0n) return Number(base) ** Number(exponent);
  if (exponent > 4096n) throw new CannotTell("it calculates a huge number");
  return base ** exponent;
}

function add(left: Value, right: Value, budget: Budget): Value {
  if (typeof left === "string" && typeof right === "string") {
    budget.expect(left.length + right.length);
    return budget.text(left + right);
  }
  if (Array.isArray(left) && Array.isArray(right)) return listOf([...left, ...right], budget);
  if (left instanceof Tuple && right instanceof Tuple)
    return new Tuple(listOf([...left.items, ...right.items], budget));
  throw new Raises("values of these types have no +");
}

function repeat(value: Value, times: Value, budget: Budget): Value {
  if (typeof times !== "bigint" && typeof times !== "boolean") throw new Raises("values of these types have no *");
  const count = Math.max(0, Number(times));
  if (typeof value === "string") {
    budget.expect(value.length * count);
    return budget.text(value.repeat(count));
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (items === undefined) throw new Raises("values of these types have no *");
  if (items.length * count > LARGEST_LIST) throw new CannotTell("it makes too long a list");
  const repeated = listOf(Array.from({ length: count }, () => items).flat(), budget);
  return Array.isArray(value) ? repeated : new Tuple(repeated);
}

/** A new list, which costs as many steps as it has items. */
export function listOf(items: Value[], budget: Budget): Value[] {
  if (items.length > LARGEST_LIST) throw new CannotTell("it makes too long a list");
  budget.step(items.length);
  return items;
}

/** `left operator right` for the comparisons and for `in`. */
export function holds(operator: string, left: Value, right: Value, budget: Budget): boolean {
  if (operator === "==") return equal(left, right, budget);
  if (operator === "!=") return !equal(left, right, budget);
  if (operator === "in") return contains(right, left, budget);
  if (operator === "not in") return !contains(right, left, budget);
  if (left instanceof Undefined || right instanceof Undefined) throw new Raises("something undefined is compared");
  const order = compare(left, right, budget);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

function contains(container: Value, value: Value, budget: Budget): boolean {
  if (typeof container === "string") {
    if (typeof value !== "string") throw new Raises("a text can only hold texts");
    budget.step(container.length / 100);
    return container.includes(value);
  }
  if (container instanceof Dict) return container.has(value);
  if (
    Array.isArray(container) ||
    container instanceof Tuple ||
    container instanceof Stream ||
    container instanceof Undefined
  )
    return iterate(container).some((item) => equal(item, value, budget));
  throw new Raises("the value is no container");
}

/** `-value` and `+value`. */
export function negate(operator: "-" | "+", value: Value): Value {
  if (!isNumber(value)) throw new Raises("the value has no sign");
  const number = plain(value);
  return operator === "-" ? -number : number;
}
