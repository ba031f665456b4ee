/** A value of JSON that must have a certain form. @throws {TypeError} that names the place where it has another */
export class Checked {
  readonly #value: unknown;
  readonly #place: string;

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  key(name: string): Checked {
    return new Checked(
      Object.hasOwn(this.#object(), name) ? this.#object()[name] : undefined,
      `${this.#place}: ${name}`,
    );
  }

  optional<T>(name: string, read: (value: Checked) => T): T | undefined {
    return Object.hasOwn(this.#object(), name) ? read(this.key(name)) : undefined;
  }

  orNull<T>(read: (value: Checked) => T): T | null {
    return this.#value === null ? null : read(this);
  }

  list<T>(read: (value: Checked) => T): T[] {
    if (!Array.isArray(this.#value)) throw this.#wrong("a list");
    return this.#value.map((one, index) => read(new Checked(one, `${this.#place}[${index}]`)));
  }

  mapping<T>(read: (value: Checked) => T): Record<string, T> {
    const keys = Object.keys(this.#object());
    return Object.fromEntries(keys.map((name) => [name, read(this.key(name))]));
  }

  text(): string {
    if (typeof this.#value !== "string") throw this.#wrong("a string");
    return this.#value;
  }

  number(): number {
    if (typeof this.#value !== "number" || !Number.isSafeInteger(this.#value) || this.#value < 0)
      throw this.#wrong("a number");
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== "boolean") throw this.#wrong("true or false");
    return this.#value;
  }

  oneOf<T extends string>(...words: readonly T[]): T {
    const found = words.find((word) => word === this.#value);
    if (found === undefined) throw this.#wrong(words.join(" or "));
    return found;
  }

  /** An absolute path in an image, without anything that a resolved one has not. */
  path(): string {
    const path = this.text();
    if (path !== "/" && !/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/.test(path)) throw this.#wrong("a path");
    return path;
  }

  #object(): Readonly<Record<string, unknown>> {
    if (typeof this.#value !== "object" || this.#value === null || Array.isArray(this.#value))
      throw this.#wrong("an object");
    return this.#value as Readonly<Record<string, unknown>>;
  }

  #wrong(expected: string): TypeError {
    return new TypeError(`${this.#place} is not ${expected}`);
  }
}
