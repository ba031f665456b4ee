/**
 * A text that looks like cloud-config, in all styles of YAML, sometimes damaged. The tape of numbers makes the choices,
 * so that a shorter tape makes a shorter text.
 */
export function documentOf(tape: readonly number[]): string {
  return new Writer(tape).document();
}

const WORDS =
  "a b foo bar-baz yes No on off true False ~ null 0 1 -1 0644 0755 0o644 08 1_000 1.5 .5 1e3 1.0e+3 .inf 12:30 1:30:45 " +
  "52:54:00:12:34:56 2001-12-14 2001-12-14T21:59:43.1+01:00 2001-02-30 0x1f 0b11 http://x.org/?a=b&c#d /etc/ssh/x $HOME " +
  "ssh-rsa AAAA== a@b.c ALL=(ALL) NOPASSWD:ALL x,y it's 50% a:b <<x = y n -x ?x é 😀 [x {x x] x} @x %x *x &x !x";
const PLAIN = [
  ...WORDS.split(" "),
  "ssh-rsa AAAA a@b",
  "ALL=(ALL) NOPASSWD:ALL",
  "two words",
  "a  b",
  "<<",
  "x #y",
  "x: y",
];
const KEYS = [
  "users",
  "name",
  "ssh_pwauth",
  "runcmd",
  "write_files",
  "a",
  "b",
  "1",
  "1.0",
  "true",
  "yes",
  "~",
  "'a'",
  '"b"',
];
const QUOTED = [
  "",
  " ",
  "a b",
  "it''s",
  "a: b # c",
  "0644",
  "a\nb",
  "a\n\n  b",
  " a \n b ",
  "\\n",
  "[x]",
  "a\tb",
  "a\n\tb",
];
const DOUBLE = [
  "",
  "a b",
  "\\n\\t\\x41",
  "\\u00e9",
  "a\\\n  b",
  "a\n  b",
  "a\n\n\nb",
  " x ",
  "it's",
  "\\d",
  "a \\\n\\ b",
];
const LINES = ["x", "echo a", "", "  deeper", "# no comment", "a: b", "- c", " one", "\tt", "end  ", "", "'q"];
const DAMAGE = [
  " ",
  "\t",
  "\n",
  ":",
  ": ",
  "- ",
  "-",
  "#",
  " #",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  ",",
  "&x ",
  "*x",
  "!",
  "|",
  "? ",
];

const TAGS = ["!!str", "!!int", "!!binary", "!", "!!map", "!foo"];

class Writer {
  readonly #tape: readonly number[];
  #at = 0;
  #names = 0;
  readonly #anchors: string[] = [];
  readonly #mappings: string[] = [];

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  document(): string {
    const start = this.#pick(["", "", "", "#cloud-config\n", "---\n", "\ufeff", "%YAML 1.1\n---\n", "--- "]);
    const end = this.#pick(["\n", "\n", "", "\n...\n", "\n# end\n", "\n\n"]);
    let text = start + this.#collection(0, 0).replace(/^\n/, "") + end;
    for (let count = this.#below(6) - 3; count > 0; count--) text = this.#damaged(text);
    return text.replaceAll("\n", this.#pick(["\n", "\n", "\n", "\r\n", "\r", "\x85"]));
  }

  /** A number below a limit; zero once the tape is at its end, so that every text ends. */
  #below(limit: number): number {
    return (this.#tape[this.#at++] ?? 0) % limit;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T;
  }

  /** A block mapping or sequence, each entry on a line of its own. */
  #collection(indent: number, depth: number): string {
    const isMapping = this.#below(3) > 0;
    const count = 1 + this.#below(4);
    let text = "";
    for (let index = 0; index < count; index++) {
      const entry = isMapping ? this.#entry(indent, depth) : `-${this.#value(indent + 2, depth + 1, true)}`;
      text += `\n${" ".repeat(indent)}${entry}${this.#pick(["", "", "", " # comment", "\n", "\n# comment", "  "])}`;
    }
    return text;
  }

  #entry(indent: number, depth: number): string {
    const mapping = this.#mappings.at(-1);
    if (mapping !== undefined && this.#below(8) === 1)
      return `<<: ${this.#pick([`*${mapping}`, `[*${mapping}, {a: z}]`])}`;
    if (this.#below(20) === 1)
      return `? ${this.#pick(PLAIN)}\n${" ".repeat(indent)}:${this.#value(indent + 2, depth + 1, true)}`;
    const inner = indent + this.#pick([2, 2, 2, 4, 1, 0]);
    return `${this.#pick(KEYS)}${this.#pick([":", ":", ":", " :"])}${this.#value(inner, depth + 1, false)}`;
  }

  /** What follows a colon or dash: a value on the same line or on lines below. */
  #value(indent: number, depth: number, afterDash: boolean): string {
    const kind = this.#below(16);
    if (kind === 1) return ` ${this.#pick(TAGS)}${this.#content(indent, depth, false)}`;
    if (kind > 3) return this.#content(indent, depth, afterDash);
    const name = `x${this.#names++}`;
    const value = kind === 3 ? ` &${name} {k: 1, a: 2}` : ` &${name}${this.#content(indent, depth, false)}`;
    // Only now, since an alias inside its own anchor makes a value that contains itself.
    this.#anchors.push(name);
    if (kind === 3) this.#mappings.push(name);
    return value;
  }

  #content(indent: number, depth: number, afterDash: boolean): string {
    const kind = this.#below(10);
    if (kind === 0 && depth < 5) return this.#collection(indent, depth);
    if (kind === 1 && depth < 5 && afterDash) return ` ${this.#collection(indent, depth).trimStart()}`;
    if (kind === 2 && depth < 5) return ` ${this.#flow(depth)}`;
    if (kind === 3) return ` ${this.#blockScalar(indent)}`;
    if (kind === 4) return "";
    if (kind === 5 && this.#anchors.length > 0) return ` *${this.#pick(this.#anchors)}`;
    return ` ${this.#scalar(indent)}`;
  }

  #scalar(indent: number): string {
    const kind = this.#below(5);
    if (kind === 0) return `'${this.#pick(QUOTED)}'`;
    if (kind === 1) return `"${this.#pick(DOUBLE)}"`;
    if (kind === 2) return `${this.#pick(PLAIN)}\n${" ".repeat(indent)}${this.#pick(PLAIN)}`;
    return this.#pick(PLAIN);
  }

  #blockScalar(indent: number): string {
    const header = this.#pick(["|", ">", "|-", ">-", "|+", ">+", "|2", ">1-", "| # c"]);
    const margin = " ".repeat(indent + this.#pick([0, 0, 2, 1]));
    return header + Array.from({ length: this.#below(6) }, () => `\n${margin}${this.#pick(LINES)}`).join("");
  }

  #flow(depth: number): string {
    const isMapping = this.#below(2) === 0;
    const gap = this.#pick(["", " ", " ", "\n", "\n   ", " # c\n "]);
    const items = Array.from({ length: this.#below(4) }, () => {
      const value = this.#below(5) === 1 && depth < 5 ? this.#flow(depth + 1) : this.#scalar(0);
      return isMapping ? `${this.#pick(KEYS)}: ${value}` : value;
    });
    const text = items.join(`,${gap}`) + this.#pick(["", "", gap, ","]);
    return isMapping ? `{${text}}` : `[${text}]`;
  }

  #damaged(text: string): string {
    const at = this.#below(text.length + 1);
    if (this.#below(2) === 0) return text.slice(0, at) + text.slice(at + 1 + this.#below(2));
    return text.slice(0, at) + this.#pick(DAMAGE) + text.slice(at);
  }
}
