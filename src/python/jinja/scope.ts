import type { PyValue } from "../dataModel.ts";

/** Names and their values; a loop, a macro and `with` open a scope of their own. */
export class Scope {
  readonly #variables: Map<string, PyValue>;
  readonly #parent: Scope | undefined;

  constructor(parent: Scope | undefined, variables: ReadonlyMap<string, PyValue> = new Map()) {
    this.#parent = parent;
    this.#variables = new Map(variables);
  }

  get(name: string): PyValue | undefined {
    return this.#variables.has(name) ? this.#variables.get(name) : this.#parent?.get(name);
  }

  set(name: string, value: PyValue): void {
    this.#variables.set(name, value);
  }
}
