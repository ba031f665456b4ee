import { CannotTell, Raises } from "../errors.ts";
import { readFloat, readInteger, readString } from "./literals.ts";
import type { Arguments, BlockFilter, Comparison, Expression } from "./syntax.ts";
import type { Words } from "./words.ts";

const COMPARISONS: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];

/**
 * Left-associative operators, the loosest first. `~` binds tighter than `+`, and unlike in Python so do comparisons.
 */
const LEVELS: readonly (readonly string[])[] = [["+", "-"], ["~"], ["*", "/", "//", "%"], ["**"]];

/** An expression, or several separated by commas, which form a tuple. */
export function parseTuple(words: Words, endsAt: (words: Words) => boolean, choices = true): Expression {
  const items: Expression[] = [];
  let tuple = false;
  while (!endsAt(words)) {
    items.push(choices ? parseExpression(words) : parseOr(words));
    if (!words.skip(",")) break;
    tuple = true;
  }
  if (tuple) return { type: "tuple", items };
  if (items.length === 0) throw new Raises("expected an expression");
  return items[0]!;
}

/** A whole expression, `a if b else c` included. */
export function parseExpression(words: Words): Expression {
  return words.nested(() => {
    let result = parseOr(words);
    while (words.skip("if")) {
      const test = parseOr(words);
      const no = words.skip("else") ? parseExpression(words) : undefined;
      result = { type: "choice", test, yes: result, no };
    }
    return result;
  });
}

/** An expression without `a if b else c`. */
function parseOr(words: Words): Expression {
  let left = parseAnd(words);
  while (words.skip("or")) left = { type: "logic", operator: "or", left, right: parseAnd(words) };
  return left;
}

function parseAnd(words: Words): Expression {
  let left = parseNot(words);
  while (words.skip("and")) left = { type: "logic", operator: "and", left, right: parseNot(words) };
  return left;
}

function parseNot(words: Words): Expression {
  if (words.skip("not")) return words.nested(() => ({ type: "unary", operator: "not", value: parseNot(words) }));
  const first = parseLevel(words, 0);
  const rest: Comparison[] = [];
  for (let operator = readComparison(words); operator !== undefined; operator = readComparison(words))
    rest.push({ operator, value: parseLevel(words, 0) });
  return rest.length === 0 ? first : { type: "compare", first, rest };
}

function readComparison(words: Words): string | undefined {
  if (words.skip("in")) return "in";
  if (words.isName("not") && words.isName("in", 1)) {
    words.next();
    words.next();
    return "not in";
  }
  return COMPARISONS.find((operator) => words.skip(operator));
}

function parseLevel(words: Words, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(words, true);
  let left = parseLevel(words, level + 1);
  if (operators[0] === "~") {
    const items = [left];
    while (words.skip("~")) items.push(parseLevel(words, level + 1));
    return items.length === 1 ? left : { type: "concat", items };
  }
  for (;;) {
    const operator = operators.find((candidate) => words.skip(candidate));
    if (operator === undefined) return left;
    left = { type: "binary", operator, left, right: parseLevel(words, level + 1) };
  }
}

/** A sign belongs to the bare value, and a filter to the value with its sign: `-1|abs` is 1. */
function parseUnary(words: Words, filters: boolean): Expression {
  const sign = (["-", "+"] as const).find((operator) => words.skip(operator));
  const value: Expression =
    sign === undefined
      ? parsePrimary(words)
      : words.nested(() => ({ type: "unary", operator: sign, value: parseUnary(words, false) }));
  const member = parsePostfix(words, value);
  return filters ? parseFilters(words, member) : member;
}

function parsePrimary(words: Words): Expression {
  const token = words.next();
  if (token.type === "name") return CONSTANTS.get(token.text) ?? { type: "name", name: token.text };
  if (token.type === "int") return { type: "constant", value: readInteger(token.text) };
  if (token.type === "float") return { type: "constant", value: readFloat(token.text) };
  if (token.type === "string") {
    let value = readString(token.text);
    while (words.peek()?.type === "string") value += readString(words.next().text);
    return { type: "constant", value };
  }
  if (token.text === "(") {
    const close = (list: Words) => list.isOperator(")");
    const inner: Expression = close(words)
      ? { type: "tuple", items: [] }
      : words.nested(() => parseTuple(words, close));
    words.expect(")");
    return inner;
  }
  if (token.text === "[") return { type: "list", items: parseItems(words, "]", () => parseExpression(words)) };
  if (token.text === "{")
    return {
      type: "dict",
      pairs: parseItems(words, "}", () => {
        const key = parseExpression(words);
        words.expect(":");
        return [key, parseExpression(words)] as const;
      }),
    };
  throw new Raises(`unexpected ${token.text}`);
}

const CONSTANTS = new Map<string, Expression>([
  ["true", { type: "constant", value: true }],
  ["True", { type: "constant", value: true }],
  ["false", { type: "constant", value: false }],
  ["False", { type: "constant", value: false }],
  ["none", { type: "constant", value: null }],
  ["None", { type: "constant", value: null }],
]);

/** Items separated by commas up to a closing bracket, which is skipped. */
function parseItems<T>(words: Words, close: string, parse: () => T): T[] {
  const items: T[] = [];
  while (!words.skip(close)) {
    if (items.length > 0) words.expect(",");
    if (words.skip(close)) break;
    items.push(parse());
  }
  return items;
}

function parsePostfix(words: Words, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (words.skip(".")) node = parseDot(words, node);
    else if (words.skip("[")) {
      const keys = parseItems(words, "]", () => parseSubscript(words));
      node = { type: "item", object: node, key: keys.length === 1 ? keys[0]! : { type: "tuple", items: keys } };
    } else if (words.isOperator("(")) node = { type: "call", callee: node, args: parseArguments(words) };
    else return node;
  }
}

function parseDot(words: Words, object: Expression): Expression {
  const token = words.next();
  if (token.type === "name") return { type: "attribute", object, name: token.text };
  if (token.type === "int") return { type: "item", object, key: { type: "constant", value: readInteger(token.text) } };
  throw new Raises("expected a name or a number");
}

/** The content of brackets: an expression, or up to three of them with colons between. */
function parseSubscript(words: Words): Expression {
  const parts: (Expression | undefined)[] = [undefined];
  let colons = 0;
  while (!words.isOperator("]") && !words.isOperator(",")) {
    if (colons < 2 && words.skip(":")) parts[++colons] = undefined;
    else if (parts[colons] === undefined) parts[colons] = parseExpression(words);
    else break;
  }
  return colons === 0 && parts[0] !== undefined ? parts[0] : { type: "slice", parts };
}

function parseArguments(words: Words): Arguments {
  words.expect("(");
  const positional: Expression[] = [];
  const named: (readonly [string, Expression])[] = [];
  parseItems(words, ")", () => {
    if (words.isOperator("*") || words.isOperator("**")) throw new CannotTell("it unpacks arguments");
    if (words.peek()?.type === "name" && words.isOperator("=", 1)) {
      const name = words.expectName();
      words.expect("=");
      named.push([name, parseExpression(words)]);
    } else if (named.length > 0) throw new Raises("a positional argument follows a named argument");
    else positional.push(parseExpression(words));
  });
  return { positional, named };
}

function parseFilters(words: Words, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (words.isOperator("|")) {
      for (const filter of parseFilterChain(words)) node = { type: "filter", value: node, ...filter };
    } else if (words.skip("is")) node = parseTest(words, node);
    else if (words.isOperator("(")) node = { type: "call", callee: node, args: parseArguments(words) };
    else return node;
  }
}

const NO_ARGUMENTS: Arguments = { positional: [], named: [] };

/** `|a|b(c)`; `inline`, as in a filter block, without the first bar. */
export function parseFilterChain(words: Words, inline = false): BlockFilter[] {
  const filters: BlockFilter[] = [];
  for (let first = inline; first || words.skip("|"); first = false) {
    const name = parseDottedName(words);
    filters.push({ name, args: words.isOperator("(") ? parseArguments(words) : NO_ARGUMENTS });
  }
  return filters;
}

function parseDottedName(words: Words): string {
  let name = words.expectName();
  while (words.skip(".")) name += `.${words.expectName()}`;
  return name;
}

function parseTest(words: Words, value: Expression): Expression {
  const negated = words.skip("not");
  const name = parseDottedName(words);
  const test: Expression = { type: "test", value, name, args: parseTestArguments(words) };
  return negated ? { type: "unary", operator: "not", value: test } : test;
}

/** A test's only argument may be written without parentheses: `is divisibleby 3`. */
function parseTestArguments(words: Words): Arguments {
  if (words.isOperator("(")) return parseArguments(words);
  const token = words.peek();
  const begins = token !== undefined && (token.type !== "operator" || token.text === "[" || token.text === "{");
  if (!begins || ["else", "or", "and"].some((keyword) => words.isName(keyword))) return NO_ARGUMENTS;
  if (words.isName("is")) throw new Raises("tests cannot be chained");
  return { positional: [parsePostfix(words, parsePrimary(words))], named: [] };
}
