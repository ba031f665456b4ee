import { Dict, isInt, type PyValue } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import type { Budget } from "./budget.ts";
import { listOf } from "./operators.ts";
import { type CallArguments, Callable, Namespace, Range } from "./value.ts";

const UNSUPPORTED = ["cycler", "joiner", "lipsum"];

/** The functions that every template has. */
export function globals(budget: Budget): Map<string, PyValue> {
  const unsupported = (name: string) => (): never => {
    throw new CannotTell(`it calls ${name}()`);
  };
  return new Map<string, PyValue>([
    ["range", new Callable((args) => range(args, budget))],
    ["dict", new Callable(dictOf)],
    ["namespace", new Callable(namespaceOf)],
    ...UNSUPPORTED.map((name) => [name, new Callable(unsupported(name))] as const),
  ]);
}

function range(args: CallArguments, budget: Budget): PyValue {
  const numbers = args.positional.map((value) => {
    if (!isInt(value) && typeof value !== "boolean") throw new Raises("range() requires integers");
    return Number(value);
  });
  const [from, to, step] = numbers.length < 2 ? [0, numbers[0], 1] : [numbers[0]!, numbers[1], numbers[2] ?? 1];
  if (to === undefined || step === 0) throw new Raises("range() requires an end and a step other than 0");
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > 100_000) throw new CannotTell("it creates too long a list");
  const items = listOf(
    Array.from({ length }, (_, index) => from + index * step),
    budget,
  );
  return new Range(items, from, to, step);
}

function dictOf(args: CallArguments): Dict {
  if (args.positional.length > 0) throw new CannotTell("it converts to a mapping");
  const dict = new Dict();
  for (const [name, value] of args.named) dict.set(name, value);
  return dict;
}

function namespaceOf(args: CallArguments): Namespace {
  if (args.positional.length > 0) throw new CannotTell("it converts to a namespace");
  const namespace = new Namespace();
  for (const [name, value] of args.named) namespace.attributes.set(name, value);
  return namespace;
}
