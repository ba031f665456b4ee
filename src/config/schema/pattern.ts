import { CannotTell } from "../../python/errors.ts";

/** A regular expression that matches in linear time for any pattern and text: an automaton without backtracking. */
export interface Pattern {
  /** The maximum number of steps for each character. */
  readonly size: number;
  /** Whether it matches somewhere in the text, as Python's re.search does. */
  search(text: string): boolean;
}

/** Limits for the length of a pattern and the number of its states; larger ones are not compiled. */
const LONGEST = 500;
const MOST_STATES = 2_000;

type Test = (char: string) => boolean;
type State =
  | { readonly kind: "char"; readonly test: Test; next: number }
  | { readonly kind: "split"; next: number; other: number }
  | { readonly kind: "start" | "end"; next: number }
  | { readonly kind: "match" };

/** A sub-automaton: its start, and how to connect its open end. */
interface Fragment {
  readonly start: number;
  lead(to: number): void;
}

/**
 * Compiles the subset of regular expressions that schemas use: characters, classes, groups, alternatives, repetition,
 * anchors. Undefined for anything else (assertions, back-references).
 */
export function compilePattern(source: string): Pattern | undefined {
  if (source.length > LONGEST) return undefined;
  try {
    const compiler = new Compiler([...source]);
    return compiler.compile();
  } catch (error) {
    if (error instanceof CannotTell) return undefined;
    throw error;
  }
}

const CLASSES: Readonly<Record<string, Test>> = {
  d: (char) => /\p{Nd}/u.test(char),
  D: (char) => !/\p{Nd}/u.test(char),
  s: (char) => /\s/.test(char),
  S: (char) => !/\s/.test(char),
  w: (char) => /[\p{L}\p{N}_]/u.test(char),
  W: (char) => !/[\p{L}\p{N}_]/u.test(char),
};
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v" };

class Compiler {
  readonly #chars: readonly string[];
  readonly #states: State[] = [];
  #at = 0;
  #depth = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  compile(): Pattern {
    const whole = this.#alternatives();
    if (this.#at < this.#chars.length) throw new CannotTell("a pattern that is not read");
    whole.lead(this.#add({ kind: "match" }));
    return new Automaton(this.#states, whole.start);
  }

  #add(state: State): number {
    if (this.#states.length >= MOST_STATES) throw new CannotTell("a pattern that is not read");
    return this.#states.push(state) - 1;
  }

  #take(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #alternatives(): Fragment {
    if (++this.#depth > 50) throw new CannotTell("a pattern that is not read");
    let left = this.#sequence();
    while (this.#take("|")) {
      const [first, second] = [left, this.#sequence()];
      const start = this.#add({ kind: "split", next: first.start, other: second.start });
      left = {
        start,
        lead: (to) => {
          first.lead(to);
          second.lead(to);
        },
      };
    }
    this.#depth--;
    return left;
  }

  #sequence(): Fragment {
    let whole = this.#nothing();
    while (this.#at < this.#chars.length && !["|", ")"].includes(this.#chars[this.#at]!)) {
      const next = this.#repeated();
      whole.lead(next.start);
      whole = { start: whole.start, lead: next.lead };
    }
    return whole;
  }

  #nothing(): Fragment {
    const state = { kind: "split" as const, next: -1, other: -1 };
    return { start: this.#add(state), lead: (to) => Object.assign(state, { next: to, other: to }) };
  }

  #repeated(): Fragment {
    const begin = this.#at;
    let fragment = this.#atom();
    const end = this.#at;
    const again = (): Fragment => {
      const after = this.#at;
      this.#at = begin;
      const copy = this.#atom();
      this.#at = after;
      return copy;
    };
    const [low, high] = this.#count() ?? [1, 1];
    if (this.#at === end) return fragment;
    // A second repetition (a++, a{2}*) is not supported; a lazy one matches the same texts.
    if (!this.#take("?") && this.#count() !== undefined) throw new CannotTell("a pattern that is not read");
    const parts: Fragment[] = [];
    for (let index = 0; index < Math.max(low, high === undefined ? low + 1 : high, 1); index++) {
      if (index > 0) fragment = again();
      parts.push(index < low ? fragment : high === undefined ? this.#star(fragment) : this.#optional(fragment));
    }
    let whole = this.#nothing();
    for (const part of high === 0 ? [] : parts) {
      whole.lead(part.start);
      whole = { start: whole.start, lead: part.lead };
    }
    return whole;
  }

  #star(inner: Fragment): Fragment {
    const state = { kind: "split" as const, next: inner.start, other: -1 };
    const start = this.#add(state);
    inner.lead(start);
    return { start, lead: (to) => Object.assign(state, { other: to }) };
  }

  #optional(inner: Fragment): Fragment {
    const state = { kind: "split" as const, next: inner.start, other: -1 };
    return {
      start: this.#add(state),
      lead: (to) => {
        inner.lead(to);
        state.other = to;
      },
    };
  }

  /** The repetition count; an undefined upper limit means no limit. Undefined if there is no count here. */
  #count(): readonly [low: number, high: number | undefined] | undefined {
    if (this.#take("*")) return [0, undefined];
    if (this.#take("+")) return [1, undefined];
    if (this.#take("?")) return [0, 1];
    const [text, low, comma, high] =
      /^\{(\d{1,3})(,?)(\d{0,3})\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join("")) ?? [];
    if (text === undefined) return undefined;
    this.#at += text.length;
    if (comma === "") return [Number(low), Number(low)];
    return [Number(low), high === "" ? undefined : Number(high)];
  }

  #atom(): Fragment {
    const char = this.#chars[this.#at++];
    if (char === undefined || "*+?".includes(char)) throw new CannotTell("a pattern that is not read");
    if (char === "(") {
      if (this.#take("?") && !this.#take(":")) throw new CannotTell("a pattern that is not read");
      const inner = this.#alternatives();
      if (!this.#take(")")) throw new CannotTell("a pattern that is not read");
      return inner;
    }
    if (char === "^" || char === "$") return this.#step({ kind: char === "^" ? "start" : "end", next: -1 });
    if (char === ".") return this.#char((other) => other !== "\n");
    if (char === "[") return this.#char(this.#class());
    if (char === "\\") return this.#char(this.#escape());
    return this.#char((other) => other === char);
  }

  #char(test: Test): Fragment {
    return this.#step({ kind: "char", test, next: -1 });
  }

  #step(state: Exclude<State, { kind: "match" }>): Fragment {
    return { start: this.#add(state), lead: (to) => Object.assign(state, { next: to }) };
  }

  #escape(): Test {
    const char = this.#chars[this.#at++] ?? "";
    const named = CLASSES[char];
    if (named !== undefined) return named;
    const literal = this.#literal(char);
    return (other) => other === literal;
  }

  #literal(char: string): string {
    const escaped = ESCAPES[char];
    if (escaped !== undefined) return escaped;
    if (char === "" || /[A-Za-z0-9]/.test(char)) throw new CannotTell("a pattern that is not read");
    return char;
  }

  #class(): Test {
    const negated = this.#take("^");
    const tests: Test[] = [];
    for (let first = true; first || this.#chars[this.#at] !== "]"; first = false) {
      const low = this.#member();
      if (typeof low !== "string" || this.#chars[this.#at] !== "-" || this.#chars[this.#at + 1] === "]") {
        tests.push(typeof low === "string" ? (char) => char === low : low);
        continue;
      }
      this.#at++;
      const high = this.#member();
      if (typeof high !== "string" || high < low) throw new CannotTell("a pattern that is not read");
      tests.push((char) => char >= low && char <= high);
    }
    this.#at++;
    return (char) => tests.some((test) => test(char)) !== negated;
  }

  #member(): string | Test {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw new CannotTell("a pattern that is not read");
    if (char !== "\\") return char;
    const escaped = this.#chars[this.#at++] ?? "";
    return CLASSES[escaped] ?? this.#literal(escaped);
  }
}

class Automaton implements Pattern {
  readonly #states: readonly State[];
  readonly #start: number;

  constructor(states: readonly State[], start: number) {
    this.#states = states;
    this.#start = start;
  }

  get size(): number {
    return this.#states.length;
  }

  search(text: string): boolean {
    const chars = [...text];
    let current = new Set<number>();
    for (let at = 0; at <= chars.length; at++) {
      if (this.#enter(current, this.#start, at, chars)) return true;
      const next = new Set<number>();
      for (const index of current) {
        const state = this.#states[index]!;
        if (state.kind === "char" && at < chars.length && state.test(chars[at]!))
          if (this.#enter(next, state.next, at + 1, chars)) return true;
      }
      current = next;
    }
    return false;
  }

  /** Adds all states that can be reached without a character. Returns whether the match is complete. */
  #enter(reached: Set<number>, from: number, at: number, chars: readonly string[]): boolean {
    const waiting = [from];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (reached.has(index)) continue;
      reached.add(index);
      const state = this.#states[index]!;
      if (state.kind === "match") return true;
      // Python's $ also matches before a line break at the end.
      const isEnd = at === chars.length || (at === chars.length - 1 && chars[at] === "\n");
      if (state.kind === "split") waiting.push(state.next, state.other);
      else if (state.kind === "start" && at === 0) waiting.push(state.next);
      else if (state.kind === "end" && isEnd) waiting.push(state.next);
    }
    return false;
  }
}
