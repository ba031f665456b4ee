import { isDict, PyObject, type PyValue, Tuple } from "../dataModel.ts";
import { Raises } from "../errors.ts";

/** A name or attribute that does not exist. Jinja lets a template test, print and iterate it, and fails on all else. */
export class Undefined extends PyObject {
  readonly name: string;
  readonly #printed: string;

  /** @param printed cloud-init's renderer marks what is missing (templater.py, 18.5 to 26.2) */
  constructor(name = "None", printed = `CI_MISSING_JINJA_VAR/${name}`) {
    super();
    this.name = name;
    this.#printed = printed;
  }

  /** All that is undefined is equal. */
  override get identity(): unknown {
    return Undefined;
  }

  override get truth(): boolean {
    return false;
  }

  override text(how: "str" | "repr"): string {
    return how === "str" ? this.#printed : "Undefined";
  }
}

/** An object with attributes and no items: what `namespace()` gives, and `loop`. */
export class Namespace extends PyObject {
  readonly attributes = new Map<string, PyValue>();
}

/** An iterator of Python's, such as the filter `map` gives: it can be read once. */
export class Stream extends PyObject {
  #items: readonly PyValue[];

  constructor(items: readonly PyValue[]) {
    super();
    this.#items = items;
  }

  take(): readonly PyValue[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

/** A function, method or macro. */
export class Callable extends PyObject {
  readonly call: (args: CallArguments) => PyValue;

  constructor(call: (args: CallArguments) => PyValue) {
    super();
    this.call = call;
  }
}

/** What a function is called with. */
export class CallArguments {
  readonly positional: readonly PyValue[];
  readonly named: ReadonlyMap<string, PyValue>;

  constructor(positional: readonly PyValue[], named: ReadonlyMap<string, PyValue> = new Map()) {
    this.positional = positional;
    this.named = named;
  }

  /** The argument at a position or of a name. */
  at(position: number, name: string): PyValue | undefined {
    return this.positional[position] ?? this.named.get(name);
  }

  /** The positional argument that the function cannot do without. */
  given(position: number): PyValue {
    const value = this.positional[position];
    if (value === undefined) throw new Raises("an argument is missing");
    return value;
  }

  /** Fails as Python does where there are more arguments than the function has parameters, or one that it lacks. */
  check(...parameters: readonly string[]): void {
    if (this.positional.length > parameters.length) throw new Raises("too many arguments");
    for (const name of this.named.keys())
      if (!parameters.includes(name)) throw new Raises(`unexpected argument ${name}`);
  }
}

/** What was looked for, where there is such a thing: None is one. */
export function orUndefined(value: PyValue | undefined, name?: string): PyValue {
  return value === undefined ? new Undefined(name) : value;
}

/** list(): the items of anything iterable. */
export function iterate(value: PyValue): readonly PyValue[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Undefined) return [];
  if (typeof value === "string") return [...value];
  if (isDict(value)) return [...value.keys()];
  if (value instanceof Stream) return value.take();
  if (value instanceof Tuple) return value.items;
  throw new Raises("the value is not iterable");
}
