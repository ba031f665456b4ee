import { CannotTell, Raises } from "../errors.ts";
import { splitLines } from "../splitLines.ts";
import type { Budget } from "./budget.ts";
import { stripEnd, stripStart } from "./lexer.ts";
import { listOf } from "./operators.ts";
import { type CallArguments, iterate, Tuple, type Value } from "./value.ts";

/** The method `name` of a text; undefined where there is none of that name here. */
export function textMethod(text: string, name: string, budget: Budget): ((args: CallArguments) => Value) | undefined {
  switch (name) {
    case "upper":
      return () => budget.text(text.toUpperCase());
    case "lower":
      return () => budget.text(text.toLowerCase());
    case "capitalize":
      return () => budget.text(capitalize(text));
    case "strip":
      return (args) => budget.text(strip(text, args.positional[0], "both"));
    case "lstrip":
      return (args) => budget.text(strip(text, args.positional[0], "start"));
    case "rstrip":
      return (args) => budget.text(strip(text, args.positional[0], "end"));
    case "split":
      return (args) => listOf(split(text, args), budget);
    case "splitlines":
      return () => listOf(splitLines(text), budget);
    case "join":
      return (args) => budget.text(iterate(args.given(0)).map(expectText).join(text));
    case "replace":
      return (args) => replace(text, expectText(args.given(0)), expectText(args.given(1)), args.positional[2], budget);
    case "startswith":
      return (args) => affixes(args.given(0)).some((prefix) => text.startsWith(prefix));
    case "endswith":
      return (args) => affixes(args.given(0)).some((suffix) => text.endsWith(suffix));
    case "find":
      return (args) => BigInt(text.indexOf(expectText(args.given(0))));
    default:
      return undefined;
  }
}

/** str.capitalize(). */
export function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
}

/** str.replace(), where a count limits how many are replaced. */
export function replace(text: string, old: string, by: string, count: Value | undefined, budget: Budget): string {
  if (old === "") throw new CannotTell("it replaces an empty text");
  const parts = text.split(old);
  const most = typeof count === "bigint" && count >= 0n ? Number(count) : parts.length;
  const replaced = Math.min(parts.length - 1, most);
  budget.expect(text.length + replaced * by.length);
  budget.step(parts.length);
  const rest = parts.slice(replaced + 1).map((part) => old + part);
  return budget.text(parts.slice(0, replaced + 1).join(by) + rest.join(""));
}

/** str.strip(), lstrip() or rstrip() of white space or of given characters. */
export function strip(text: string, characters: Value | undefined, ends: "both" | "start" | "end"): string {
  if (characters === undefined || characters === null) {
    const tail = ends === "start" ? text : stripEnd(text);
    return ends === "end" ? tail : stripStart(tail);
  }
  const set = expectText(characters);
  let [from, to] = [0, text.length];
  while (ends !== "end" && from < to && set.includes(text[from]!)) from++;
  while (ends !== "start" && to > from && set.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}

function split(text: string, args: CallArguments): string[] {
  if (args.positional.length > 1 || args.named.size > 0) throw new CannotTell("it splits a text a few times only");
  const separator = args.positional[0] ?? null;
  if (separator === "") throw new Raises("the separator is empty");
  if (separator !== null) return text.split(expectText(separator));
  return strip(text, null, "both")
    .split(/\s+/)
    .filter((word) => word !== "");
}

function affixes(value: Value): readonly string[] {
  return value instanceof Tuple ? value.items.map(expectText) : [expectText(value)];
}

/** The value itself, which must be a text. */
export function expectText(value: Value): string {
  if (typeof value !== "string") throw new Raises("a text is needed");
  return value;
}
