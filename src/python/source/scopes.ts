/** A range of tokens: the first, and the one after the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * What a statement gives a name: the value of an expression, something imported, a class or a function, or what only
 * running it shows; "mutated" if it changes the object itself, "changed" if that may happen at any time, as in a function.
 */
export interface Binding {
  readonly value: Range | "imported" | "defined" | "computed" | "mutated" | "changed";
  /** Whether the statement may not be run: it is in a branch, a loop or a handler of exceptions. */
  readonly isConditional: boolean;
  /** The token after the statement: what stands before it does not see the new value. */
  readonly at: number;
}

/** A module, a class or a function. */
export interface Scope {
  /** Its names joined by dots: "Class.method"; "" for the module. */
  readonly path: string;
  readonly kind: "module" | "class" | "function";
  readonly parent: Scope | undefined;
  /** The statements in it; several ranges where it is defined several times. */
  readonly ranges: Range[];
  /** The defaults of its parameters. */
  readonly defaults: Map<string, Range>;
  /** What a class is derived from. */
  readonly bases: Range[];
  readonly bindings: Map<string, Binding[]>;
  /** Whether code sets names that it does not state: globals()[...], exec(...). */
  isDynamic: boolean;
}

/** The operator of X += 1. */
export const AUGMENTED = /^(?:[^!=<>:]{1,2}|<<|>>)=$/;

/** A scope without anything in it. */
export function scopeOf(path: string, kind: Scope["kind"], parent: Scope | undefined): Scope {
  return { path, kind, parent, ranges: [], defaults: new Map(), bases: [], bindings: new Map(), isDynamic: false };
}

/** Adds a binding to a name's. */
export function bind({ bindings }: Scope, name: string, binding: Binding): void {
  const before = bindings.get(name);
  if (before === undefined) bindings.set(name, [binding]);
  else before.push(binding);
}
