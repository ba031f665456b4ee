import { isDict, type PyDict, PyObject, type PyValue, Tuple } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { repr } from "../repr.ts";
import { Bytes } from "../scalars.ts";

/** A name or attribute that does not exist. A template may test, print and iterate it; everything else fails. */
export class Undefined extends PyObject {
  readonly name: string;
  readonly #printed: string;

  /** @param printed cloud-init's renderer marks what is missing (templater.py, 18.5 to 26.2) */
  constructor(name = "None", printed = `CI_MISSING_JINJA_VAR/${name}`) {
    super();
    this.name = name;
    this.#printed = printed;
  }

  /** All undefined values are equal. */
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

/** An object with attributes and no items: a `namespace()`, and `loop`. */
export class Namespace extends PyObject {
  readonly attributes = new Map<string, PyValue>();
}

/** A Python iterator, such as the result of the filter `map`: it can be read once. */
export class Stream extends PyObject {
  #produce: () => readonly PyValue[];

  /** @param produce is called when the items are first requested */
  constructor(produce: () => readonly PyValue[]) {
    super();
    this.#produce = produce;
  }

  take(): readonly PyValue[] {
    const items = this.#produce();
    this.#produce = () => [];
    return items;
  }
}

/** The result of range(). */
export class Range extends PyObject {
  readonly items: readonly PyValue[];
  readonly #text: string;

  constructor(items: readonly PyValue[], from: number, to: number, step: number) {
    super();
    this.items = items;
    this.#text = `range(${from}, ${to}${step === 1 ? "" : `, ${step}`})`;
  }

  /** Ranges of the same numbers are equal. */
  override get identity(): unknown {
    return `range ${this.items.join()}`;
  }

  override get truth(): boolean {
    return this.items.length > 0;
  }

  override text(): string {
    return this.#text;
  }
}

/** The result of items(), keys() or values() of a dictionary. */
export class View extends PyObject {
  readonly items: readonly PyValue[];
  readonly dict: PyDict;
  readonly #name: string;

  constructor(name: string, dict: PyDict, items: readonly PyValue[]) {
    super();
    this.#name = name;
    this.dict = dict;
    this.items = items;
  }

  override get truth(): boolean {
    return this.items.length > 0;
  }

  override text(): string {
    return `dict_${this.#name}(${repr([...this.items])})`;
  }
}

/** Text that is marked as safe HTML, so that anything added to it is escaped. Here it can only be printed. */
export class Markup extends PyObject {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override get truth(): boolean {
    return this.#text !== "";
  }

  override text(how: "str" | "repr"): string {
    return how === "str" ? this.#text : `Markup(${repr(this.#text)})`;
  }
}

/** @throws CannotTell if one of the values is text that is marked as safe HTML */
export function refuseMarkup(...values: readonly PyValue[]): void {
  if (values.some((value) => value instanceof Markup))
    throw new CannotTell("it works on text that is marked as safe HTML");
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
    return position < this.positional.length ? this.positional[position] : this.named.get(name);
  }

  /** A required positional argument. */
  given(position: number): PyValue {
    const value = this.positional[position];
    if (value === undefined) throw new Raises("an argument is missing");
    return value;
  }

  /** A required argument, at a position or of a name. */
  required(position: number, name: string): PyValue {
    const value = this.at(position, name);
    if (value === undefined) throw new Raises("an argument is missing");
    return value;
  }

  /** Fails as Python does for more arguments than parameters, or for an unknown argument. */
  check(...parameters: readonly string[]): void {
    if (this.positional.length > parameters.length) throw new Raises("too many arguments");
    for (const name of this.named.keys())
      if (!parameters.includes(name)) throw new Raises(`unexpected argument ${name}`);
  }
}

/** The value, which may be None; an Undefined if there is none. */
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
  if (value instanceof Tuple || value instanceof Range || value instanceof View) return value.items;
  if (value instanceof Bytes) return [...value.latin1].map((byte) => byte.charCodeAt(0));
  refuseMarkup(value);
  throw new Raises("the value is not iterable");
}
