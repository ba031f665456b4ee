import type { PyValue } from "../dataModel.ts";
import { type Frame, frameOf } from "./frames.ts";
import type { Block } from "./syntax.ts";

/** Names and their values; a loop, a macro, a block and `with` each open a scope. */
export class Scope {
  readonly #variables: Map<string, PyValue | undefined>;
  readonly #parent: Scope | undefined;
  readonly #frame: Frame | undefined;

  /** @param body what runs in it */
  constructor(parent: Scope | undefined, body?: Block, variables: ReadonlyMap<string, PyValue> = new Map()) {
    this.#parent = parent;
    this.#variables = new Map(variables);
    this.#frame = body === undefined ? undefined : frameOf(body);
    for (const name of this.#frame?.own ?? [])
      if (parent === undefined || !parent.#refers(name)) this.#variables.set(name, undefined);
  }

  /** undefined if the name has no value. */
  get(name: string): PyValue | undefined {
    return this.#variables.has(name) ? this.#variables.get(name) : this.#parent?.get(name);
  }

  set(name: string, value: PyValue): void {
    this.#variables.set(name, value);
  }

  /** Whether this scope or an outer one has a name of its own or refers to it. */
  #refers(name: string): boolean {
    if (this.#frame === undefined) return false;
    if (this.#frame.names.has(name) || this.#variables.has(name)) return true;
    return this.#parent === undefined ? false : this.#parent.#refers(name);
  }
}
