import type { Token } from "./lexer.ts";
import { AUGMENTED, type Binding, bind, type Range, type Scope } from "./scopes.ts";

/** Methods that change what they are called on. */
const MUTATORS = new Set(
  `add append clear difference_update discard extend insert intersection_update move_to_end pop popitem remove reverse
  setdefault sort symmetric_difference_update update __delattr__ __delitem__ __iadd__ __imul__ __ior__ __setattr__
  __setitem__`.split(/\s+/),
);
/** Methods that return a part of what they are called on. */
const GETTERS = new Set(["get", "items", "keys", "setdefault", "values"]);
/** Functions that change their first argument. */
const SETTERS = new Set(["delattr", "delitem", "setattr", "setitem"]);
const TYPES = new Set(["dict", "list", "set"]);
const NAMESPACES = new Set(["globals", "locals", "vars"]);

/** A name with attributes, where it stands. */
interface Place {
  readonly path: string;
  readonly scope: Scope;
  readonly at: number;
}

/** A name with what follows it: attributes, subscripts, calls of GETTERS. */
interface Reference {
  readonly path: string;
  /** The token after it. */
  readonly end: number;
  /** Whether it is a part of what the path names. */
  readonly isPart: boolean;
  /** Whether it ends with a call: of a method that changes the object, or of another one. */
  readonly call: "mutator" | "other" | undefined;
}

/** What changes objects in other ways than by giving a name another one, in linear time. */
export class Mutations {
  readonly #tokens: readonly Token[];
  readonly #closes: Int32Array;
  readonly #mutated: Place[] = [];
  /** Pairs of names that stand for the same object, or for a part of it. */
  readonly #same: (readonly [Place, Place])[] = [];
  /** Names whose attributes are set. */
  readonly #attributes: Place[] = [];
  /** What is given to functions, by their names. */
  readonly #given: (readonly [name: Place, argument: Place])[] = [];
  readonly #parameters = new Map<Scope, Set<string>>();
  readonly #dynamic = new Set<Scope | "module">();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#closes = closingBrackets(tokens);
  }

  /** Finds the mutations in a line. */
  find({ from, to }: Range, scope: Scope): void {
    for (let at = from; at < to; at++) {
      const { kind, text } = this.#tokens[at]!;
      if (kind !== "name") continue;
      const next = this.#text(at + 1);
      if (next === "(" && SETTERS.has(text)) this.mutate(at + 2, scope);
      if (text === "modules" && next === "[" && this.#text(at + 2) === "__name__") this.#dynamic.add("module");
      if (this.#text(at - 1) === ".") continue;
      if (next === ":=") bind(scope, text, { value: "changed", isConditional: true, at });
      else if (next === "(" && NAMESPACES.has(text) && this.#text(at + 2) === ")" && this.#isSet(at + 3))
        this.#dynamic.add(text === "globals" ? "module" : scope);
      else if (text === "exec" && (next === "(" || this.#tokens[at + 1]?.kind === "string"))
        this.#dynamic.add("module").add(scope);
      else if (next === "(") this.#arguments(at, scope);
      else if (next === "." || next === "[" || (next.length > 1 && AUGMENTED.test(next))) this.#reference(at, scope);
    }
  }

  /** Notes a parameter of a function. */
  parameter(name: string, scope: Scope): void {
    const known = this.#parameters.get(scope);
    if (known === undefined) this.#parameters.set(scope, new Set([name]));
    else known.add(name);
  }

  /** Notes that a statement changes what a name stands for. Returns the token after it. */
  mutate(at: number, scope: Scope): number {
    if (this.#tokens[at]?.kind !== "name") return at + 1;
    const { path, end } = this.#read(at);
    this.#mutated.push({ path, scope, at });
    return end;
  }

  /** Notes that names stand for the same object, and for what an expression is if that is a name or a part of it. */
  alias(names: readonly string[], value: Range | undefined, scope: Scope): void {
    const [first, ...others] = names.map((path): Place => ({ path, scope, at: value?.from ?? 0 }));
    if (first === undefined) return;
    for (const other of others) this.#same.push([first, other]);
    if (value === undefined || this.#tokens[value.from]?.kind !== "name") return;
    const { path, end, call } = this.#read(value.from);
    if (end === value.to && call === undefined) this.#same.push([first, { path, scope, at: value.from }]);
  }

  /** Adds what is found to the bindings of the names, once all are known. */
  apply(module: Scope): void {
    for (const scope of this.#dynamic) (scope === "module" ? module : scope).isDynamic = true;
    const touched = new Set<Binding[]>();
    const add = (path: string, scope: Scope, binding: Binding) => {
      bind(scope, path, binding);
      touched.add(scope.bindings.get(path)!);
    };
    const groups = new Groups();
    for (const [one, other] of this.#same) groups.join(one, other);
    const mutated = [...this.#mutated, ...this.#changedArguments()];
    // The body of a class may use a name of the module before it sets its own.
    const outside = mutated.flatMap(({ scope: { kind, parent }, ...place }) =>
      kind === "class" && parent !== undefined ? [{ ...place, scope: parent }] : [],
    );
    for (const place of [...mutated, ...outside]) {
      const owner = ownerOf(place);
      if (owner === undefined) continue;
      const value = owner === place.scope ? "mutated" : "changed";
      add(place.path, owner, { value, isConditional: true, at: place.at });
      groups.mark(place);
    }
    for (const place of this.#attributes) groups.mark(place);
    for (const { path, scope, at } of groups.marked()) add(path, scope, { value: "changed", isConditional: true, at });
    for (const bindings of touched) bindings.sort((a, b) => a.at - b.at);
  }

  /** What is given to functions of this module that change a parameter. */
  #changedArguments(): Place[] {
    const changing = new Set<string>();
    for (const place of [...this.#mutated, ...this.#attributes]) {
      const owner = ownerOf(place);
      if (owner !== undefined && this.#parameters.get(owner)?.has(place.path.split(".", 1)[0]!))
        changing.add(owner.path);
    }
    return this.#given.flatMap(([name, argument]) => {
      const owner = ownerOf(name);
      if (owner === undefined) return [];
      return changing.has(owner.path === "" ? name.path : `${owner.path}.${name.path}`) ? [argument] : [];
    });
  }

  /** Notes the names that a call gives to a function. */
  #arguments(name: number, scope: Scope): void {
    const end = this.#closes[name + 1]!;
    if (this.#text(name - 1) === "def" || this.#text(name - 1) === "class") return;
    for (let at = name + 2; at < end; at++) {
      const { kind, depth } = this.#tokens[at]!;
      if (kind !== "name" || depth !== this.#tokens[name]!.depth + 1) continue;
      const { path, end: after } = this.#read(at);
      if (after <= end && [",", ")"].includes(this.#text(after)))
        this.#given.push([
          { path: this.#text(name), scope, at: name },
          { path, scope, at },
        ]);
      at = Math.max(at, after - 1);
    }
  }

  /** Whether a namespace is changed, or given to somebody who may do so; what follows it tells. */
  #isSet(at: number): boolean {
    const next = this.#text(at);
    if (next === ".") return !GETTERS.has(this.#text(at + 1)) || this.#text(at + 1) === "setdefault";
    const after = next === "[" ? this.#text(this.#closes[at]! + 1) : "=";
    return after === "=" || AUGMENTED.test(after);
  }

  #reference(at: number, scope: Scope): void {
    const { path, end, isPart, call } = this.#read(at);
    const after = this.#text(end);
    const isList = TYPES.has(path) && call === "mutator" && this.#tokens[end]?.kind === "name";
    if (isList) this.mutate(end, scope);
    else if (call === "mutator" || AUGMENTED.test(after) || (after === "=" && isPart))
      this.#mutated.push({ path, scope, at });
    else if (after === "=" && path.includes(".") && this.#tokens[at]!.depth === 0)
      this.#attributes.push({ path: path.slice(0, path.lastIndexOf(".")), scope, at });
  }

  #read(at: number): Reference {
    let path = this.#text(at);
    let isPart = false;
    let end = at + 1;
    for (;;) {
      const next = this.#text(end);
      if (next === "[") {
        isPart = true;
        end = this.#closes[end]! + 1;
      } else if (next === "." && this.#tokens[end + 1]?.kind === "name") {
        const name = this.#text(end + 1);
        const isCall = this.#text(end + 2) === "(";
        if (isCall && MUTATORS.has(name)) return { path, end: end + 3, isPart, call: "mutator" };
        if (isCall && !GETTERS.has(name)) return { path, end: end + 3, isPart, call: "other" };
        if (isCall) isPart = true;
        else if (!isPart) path += `.${name}`;
        end = isCall ? this.#closes[end + 2]! + 1 : end + 2;
      } else return { path, end, isPart, call: next === "(" ? "other" : undefined };
    }
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }
}

/** Names that stand for one object. */
class Groups {
  readonly #members = new Map<Scope, Map<string, Member>>();

  join(one: Place, other: Place): void {
    const [a, b] = [ownerOf(one), ownerOf(other)];
    if (a !== undefined && b !== undefined) rootOf(this.#member(one, a)).parent = rootOf(this.#member(other, b));
  }

  /** Marks the group of a name as changed. */
  mark(place: Place): void {
    const scope = ownerOf(place);
    const member = scope && this.#members.get(scope)?.get(place.path);
    if (member !== undefined) rootOf(member).isMarked = true;
  }

  marked(): Place[] {
    const all = [...this.#members.values()].flatMap((members) => [...members.values()]);
    const marks = new Set(all.filter(({ isMarked }) => isMarked).map(rootOf));
    return all.filter((member) => marks.has(rootOf(member))).map(({ place }) => place);
  }

  #member(place: Place, scope: Scope): Member {
    const members = this.#members.get(scope) ?? new Map<string, Member>();
    this.#members.set(scope, members);
    const known = members.get(place.path);
    if (known !== undefined) return known;
    const member: Member = { place: { ...place, scope }, parent: undefined, isMarked: false };
    members.set(place.path, member);
    return member;
  }
}

interface Member {
  readonly place: Place;
  parent: Member | undefined;
  isMarked: boolean;
}

function rootOf(member: Member): Member {
  let root = member;
  while (root.parent !== undefined && root.parent !== root) root = root.parent;
  for (let at = member; at !== root; ) {
    const next: Member = at.parent!;
    at.parent = root;
    at = next;
  }
  return root;
}

/** The scope that a name as it is used in another belongs to; undefined for built-in names. */
function ownerOf({ path, scope }: Place): Scope | undefined {
  const [first = ""] = path.split(".", 1);
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent)
    if ((at === scope || at.kind !== "class") && at.bindings.has(first)) return at;
  return undefined;
}

/** For each bracket that opens, the one that closes it. */
function closingBrackets(tokens: readonly Token[]): Int32Array {
  const closes = new Int32Array(tokens.length);
  const open: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!;
    if (kind !== "operator") continue;
    if (text === "(" || text === "[" || text === "{") open.push(at);
    else if (text === ")" || text === "]" || text === "}") closes[open.pop()!] = at;
  }
  return closes;
}
