import type { Value } from "./value.ts";

/** Names and their values; a loop, a macro and `with` open a scope of their own. */
export class Scope {
  readonly #variables: Map<string, Value>;
  readonly #parent: Scope | undefined;

  constructor(parent: Scope | undefined, variables: ReadonlyMap<string, Value> = new Map()) {
    this.#parent = parent;
    this.#variables = new Map(variables);
  }

  get(name: string): Value | undefined {
    return this.#variables.has(name) ? this.#variables.get(name) : this.#parent?.get(name);
  }

  set(name: string, value: Value): void {
    this.#variables.set(name, value);
  }
}
