import { isInt, type PyValue, Tuple } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { capitalize, replace, split, splitLines, strip } from "../strings.ts";
import type { Budget } from "./budget.ts";
import { listOf } from "./operators.ts";
import { type CallArguments, iterate, refuseMarkup } from "./value.ts";

type Method = (args: CallArguments) => PyValue;

/** The method `name` of a string; undefined if it does not exist. */
export function textMethod(text: string, name: string, budget: Budget): Method | undefined {
  const method = METHODS.get(name);
  return method === undefined ? undefined : (args) => method(text, args, budget);
}

type TextMethod = (text: string, args: CallArguments, budget: Budget) => PyValue;

const changed =
  (change: (text: string) => string): TextMethod =>
  (text, args, budget) => {
    args.check();
    return budget.text(change(text));
  };

const stripped =
  (ends: "both" | "start" | "end"): TextMethod =>
  (text, args, budget) => {
    positionalOnly(args, 1);
    const characters = args.positional[0] ?? null;
    return budget.text(strip(text, characters === null ? null : expectText(characters), ends));
  };

/** startswith() or endswith(): one affix, or any of a tuple's. */
const affixed =
  (holds: (text: string, affix: string) => boolean): TextMethod =>
  (text, args) => {
    if (args.positional.length > 1) throw new CannotTell("it searches part of a string");
    positionalOnly(args, 1);
    const affix = args.given(0);
    const affixes = affix instanceof Tuple ? affix.items.map(expectText) : [expectText(affix)];
    return affixes.some((one) => holds(text, one));
  };

const METHODS: ReadonlyMap<string, TextMethod> = new Map([
  ["upper", changed((text) => text.toUpperCase())],
  ["lower", changed((text) => text.toLowerCase())],
  ["capitalize", changed(capitalize)],
  ["strip", stripped("both")],
  ["lstrip", stripped("start")],
  ["rstrip", stripped("end")],
  ["split", (text, args, budget) => listOf(splitText(text, args), budget)],
  [
    "splitlines",
    (text, args, budget) => {
      if (args.positional.length > 0 || args.named.size > 0) throw new CannotTell("it keeps line endings");
      return listOf(splitLines(text), budget);
    },
  ],
  [
    "join",
    (text, args, budget) => {
      positionalOnly(args, 1);
      const parts = iterate(args.given(0)).map(expectText);
      budget.expect(parts.reduce((sum, part) => sum + part.length + text.length, 0));
      return budget.text(parts.join(text));
    },
  ],
  [
    "replace",
    (text, args, budget) => {
      if (args.named.size > 0) throw new CannotTell("it uses replace with named arguments");
      positionalOnly(args, 3);
      return replaceText(text, expectText(args.given(0)), expectText(args.given(1)), args.positional[2], budget);
    },
  ],
  ["startswith", affixed((text, affix) => text.startsWith(affix))],
  ["endswith", affixed((text, affix) => text.endsWith(affix))],
  [
    "find",
    (text, args) => {
      if (args.positional.length > 1) throw new CannotTell("it searches part of a string");
      positionalOnly(args, 1);
      const at = text.indexOf(expectText(args.given(0)));
      return at === -1 ? -1 : [...text.slice(0, at)].length;
    },
  ],
  [
    "count",
    (text, args) => {
      if (args.positional.length > 1) throw new CannotTell("it searches part of a string");
      positionalOnly(args, 1);
      const part = expectText(args.given(0));
      return part === "" ? [...text].length + 1 : text.split(part).length - 1;
    },
  ],
]);

function positionalOnly(args: CallArguments, most: number): void {
  if (args.named.size > 0) throw new Raises("named arguments are not supported");
  if (args.positional.length > most) throw new Raises("too many arguments");
}

function splitText(text: string, args: CallArguments): string[] {
  args.check("sep", "maxsplit");
  const separator = args.at(0, "sep") ?? null;
  const most = args.at(1, "maxsplit");
  if (separator === "") throw new Raises("the separator is empty");
  return split(text, separator === null ? null : expectText(separator), most === undefined ? -1 : expectCount(most));
}

/** str.replace(), where a count limits how many are replaced. */
export function replaceText(text: string, old: string, by: string, count: PyValue | undefined, budget: Budget): string {
  const most = count === undefined ? -1 : expectCount(count);
  const places = old === "" ? text.length + 1 : text.split(old).length - 1;
  budget.expect(text.length + (most < 0 ? places : Math.min(most, places)) * by.length);
  budget.step(places);
  return budget.text(replace(text, old, by, most));
}

function expectCount(value: PyValue): number {
  if (!isInt(value) && typeof value !== "boolean") throw new Raises("an integer is required");
  return Number(value);
}

/** The value itself, which must be a string. */
export function expectText(value: PyValue): string {
  refuseMarkup(value);
  if (typeof value !== "string") throw new Raises("a string is required");
  return value;
}
