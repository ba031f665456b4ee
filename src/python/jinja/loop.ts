import { equal, type PyValue } from "../dataModel.ts";
import type { Budget } from "./budget.ts";
import { type CallArguments, Callable, Namespace, orUndefined } from "./value.ts";

/** A loop that runs. */
export class Loop {
  readonly #items: readonly PyValue[];
  readonly #budget: Budget;
  /** What `loop.changed` was last called with. */
  #last: readonly PyValue[] | undefined;

  constructor(items: readonly PyValue[], budget: Budget) {
    this.#items = items;
    this.#budget = budget;
  }

  /** The variable `loop` of one round. */
  round(index: number): Namespace {
    const items = this.#items;
    const { length } = items;
    const facts = new Namespace();
    const values: Readonly<Record<string, PyValue>> = {
      index: index + 1,
      index0: index,
      revindex: length - index,
      revindex0: length - index - 1,
      first: index === 0,
      last: index === length - 1,
      length: length,
      // They count recursion only, and recursive loops are not supported.
      depth: 1,
      depth0: 0,
      previtem: orUndefined(items[index - 1]),
      nextitem: orUndefined(items[index + 1]),
      cycle: new Callable(({ positional }) => positional[index % positional.length] ?? null),
      changed: new Callable((args) => this.#changed(args)),
    };
    for (const [name, value] of Object.entries(values)) facts.attributes.set(name, value);
    return facts;
  }

  #changed({ positional }: CallArguments): boolean {
    const last = this.#last;
    this.#last = positional;
    if (last === undefined || last.length !== positional.length) return true;
    return !last.every((value, index) => equal(value, positional[index]!, this.#budget));
  }
}
