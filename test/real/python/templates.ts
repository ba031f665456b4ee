import { Dict, type PyDict, type PyValue } from "../../../src/python/dataModel.ts";
import { Float } from "../../../src/python/scalars.ts";
import type { Random } from "../../fuzz/random.ts";
import { randomFloat, randomInt, randomText, randomValue } from "./values.ts";

/** A Jinja template and the variables that it is rendered with. */
export interface TemplateCase {
  readonly template: string;
  readonly variables: ReadonlyMap<string, PyValue>;
}

export function randomTemplate(random: Random): TemplateCase {
  const values: readonly (readonly [string, PyValue])[] = [
    ["s", randomText(random)],
    ["t", random.pick(["web01.example.org", "  two words ", "a,b,,c", "Line one\nline two\n", "x"])],
    ["n", random.chance(2) ? randomInt(random) : random.between(-5, 5)],
    ["f", random.chance(2) ? randomFloat(random) : new Float(random.between(-8, 8) / 4)],
    ["l", listOf(random)],
    ["d", dictOf(random)],
    ["o", random.pick<PyValue>([null, true, false, "", 0, 1])],
    ["users", [new Dict().set("name", "root").set("uid", 0), new Dict().set("name", "Ann").set("uid", 1000)]],
    // No loop goes over it: one that adds to its own list never ends.
    ["w", [0]],
    ["v", randomValue(random, { depth: 2, json: true })],
  ];
  return { template: new Templates(random).block(3), variables: new Map(values) };
}

function listOf(random: Random): PyValue[] {
  const item = random.pick<() => PyValue>([
    () => random.pick(["b", "a", "C", "ab", ""]),
    () => random.between(-3, 9),
    () => randomText(random),
    () => randomValue(random, { depth: 1, json: true }),
  ]);
  return Array.from({ length: random.below(5) }, item);
}

function dictOf(random: Random): PyDict {
  const dict = new Dict();
  for (const key of ["a", "key", "b-c", "items"])
    if (random.chance(2)) dict.set(key, randomValue(random, { depth: 1, json: true }));
  return dict;
}

const NAMES = "s s t t n n f f l l d d o users v missing".split(" ");
const FILTERS =
  "abs capitalize count default default(1) d('x') d('x',true) e escape first float float(2) int int(7) items join join(',') join(', ','name') last length list lower map('upper') map('int') map(attribute='name') max min reject('none') replace('a','b') replace('a','bb',1) reverse reverse|list round round(1) round(2,'floor') round(1,'ceil') safe select select('string')|list select('odd')|list selectattr('uid') selectattr('uid','gt',5)|map(attribute='name')|list rejectattr('uid')|list sort sort(reverse=true) sort(attribute='name') sort(false,true) string sum sum(attribute='uid') trim trim('x ') unique unique|list upper indent indent(2,true) indent('>',blank=true) format(1) format('a',n) nosuch".split(
    " ",
  );
const TESTS =
  "defined undefined none string number integer float mapping sequence iterable boolean true false odd even divisibleby(3) divisibleby(2) eq(1) ne('a') lt(3) ge(0) in([1,'a',none]) sameas(none) upper lower callable nosuch".split(
    " ",
  );
const METHODS =
  "upper() lower() strip() lstrip() rstrip('x') split() split(',') split(',',1) split('.')[0] splitlines() startswith('a') endswith(('x','g')) find('e') replace('a','-') replace('e','',1) capitalize() join(['a','b']) join(l) count('a') keys()|list values()|list items()|list get('a') get('nope',3) get('a',3) keys() items() values() name key format(1)".split(
    " ",
  );
const PLAIN_TESTS =
  "defined undefined none string number integer float mapping sequence iterable boolean true false upper lower callable in([1,'a']) sameas(none)".split(
    " ",
  );
const TEXT_FILTERS =
  "upper lower capitalize trim trim('x ') replace('a','bb') replace('e','',1) indent indent(2,true) indent('>',blank=true) default('x') d('y',true) string reverse first last e safe".split(
    " ",
  );
const TEXT_METHODS =
  "upper() lower() strip() lstrip() rstrip('x') replace('a','-') replace('e','',1) capitalize() join(['a','b']) strip('wb01.')".split(
    " ",
  );
const NUMBER_FILTERS =
  "abs int float round round(1) round(2,'floor') round(1,'ceil') string round(-1) int|string default(1)".split(" ");
const LIST_FILTERS =
  "sort sort(reverse=true) unique|list reverse|list list map('string')|list map('upper')|list select('string')|list reject('none')|list select('odd')|list sum first last max min length map('default','x')|list".split(
    " ",
  );
/** Others would take Python years. */
const POWERS = ["2", "3", "-1", "0.5", "0", "(l|length)", "'a'", "(-2)", "o"];
const BINARY = "+ - * / // % ~ == != < <= > >= and or in".split(" ").concat(["not in"]);
const TEXTS = ["a", " ", "\n", "x\n", "  \n", "\t", "é", "{", "}", "%", "#", "{ {", "text\n\n", " b ", "'", '"'];

/** Writes templates. */
class Templates {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  block(depth: number): string {
    return Array.from({ length: this.#random.between(1, 3) }, () => this.#piece(depth)).join("");
  }

  #piece(depth: number): string {
    const random = this.#random;
    const inner = () => this.block(depth - 1);
    const choice = random.below(depth > 0 ? 22 : 10);
    if (choice < 4) return Array.from({ length: random.between(1, 3) }, () => random.pick(TEXTS)).join("");
    if (choice < 10) return `{{${this.#edge()}${this.expression(2)} ${random.pick(["", "", "-"])}}}`;
    switch (choice) {
      case 10:
      case 11: {
        const otherwise = random.chance(2) ? this.#tag("else") + inner() : "";
        const more = random.chance(3) ? this.#tag(`elif ${this.expression(1)}`) + inner() : "";
        return this.#tag(`if ${this.expression(2)}`) + inner() + more + otherwise + this.#tag("endif");
      }
      case 12:
      case 13: {
        const body = random.pick([
          "{{ i }}",
          "{{ loop.index }}{{ loop.last }}",
          "{{ loop.previtem }}|{{ i }}{% if not loop.last %},{% endif %}",
          "{{ loop.cycle('a','b') }}",
          inner(),
        ]);
        const filter = random.chance(4)
          ? ` if ${random.pick(["i", "i is string", "i is defined", this.expression(1)])}`
          : "";
        const list = random.pick(["l", "l", "range(3)", "t", "d", "users", "d|items", "d.items()", this.expression(1)]);
        const target = /items/.test(list) && random.chance(2) ? "k, i" : "i";
        const otherwise = random.chance(4) ? `${this.#tag("else")}none` : "";
        return this.#tag(`for ${target} in ${list}${filter}`) + body + otherwise + this.#tag("endfor");
      }
      case 14:
        return (
          this.#tag(`set ${random.pick(["x", "n", "s", "x, y"])} = ${this.expression(2)}`) +
          random.pick(["", "{{ x }}", "{{ n }}"])
        );
      case 15:
        return `${this.#tag("set x")}${inner()}${this.#tag("endset")}{{ x }}`;
      case 16:
        return this.#tag(`with x = ${this.expression(1)}`) + inner() + this.#tag("endwith");
      case 17:
        return `${this.#tag(`filter ${random.pick(["upper", "trim", "indent", "replace('a','b')|lower"])}`)}${inner()}${this.#tag("endfilter")}`;
      case 18:
        return `{%${this.#edge()} macro m(a, b=${this.expression(0)}) %}${random.pick(["{{ a }}{{ b }}", inner()])}{% endmacro${this.#edge(true)}%}{{ m(${this.expression(0)}) }}`;
      case 19:
        return `{#${random.pick(["-", "+", ""])} a {{ comment }} ${random.pick(["-", "+", ""])}#}`;
      case 20:
        return `{%${this.#edge()}raw ${random.pick(["", "-"])}%} {{ raw }} {%${this.#edge()}endraw${this.#edge(true)}%}`;
      default:
        return (
          this.#tag(
            random.pick([
              "set ns = namespace(a=1)",
              "do w.append(1)",
              "set ns.a = 2",
              "do d.update({'z': 1})",
              "bad tag",
              "endif",
            ]),
          ) + random.pick(["", "{{ ns.a }}", "{{ w }}"])
        );
    }
  }

  #tag(text: string): string {
    return `{%${this.#edge()}${text}${this.#edge(true)}%}`;
  }

  /** What may follow the beginning of a tag, or stand before its end. */
  #edge(end = false): string {
    const sign = this.#random.pick(["", "", "", "", "-", "-", "+"]);
    if (this.#random.chance(60)) return `${sign} `;
    return end ? ` ${sign}` : `${sign} `;
  }

  /** Mostly of types that fit. */
  expression(depth: number): string {
    const random = this.#random;
    if (random.chance(25)) return this.#wild(depth);
    return random.pick([
      () => this.#text(depth),
      () => this.#number(depth),
      () => this.#list(depth),
      () => this.#truth(depth),
      () => this.#atom(),
    ])();
  }

  #text(depth: number): string {
    const random = this.#random;
    const inner = () => this.#text(depth - 1);
    if (depth <= 0 || random.chance(5))
      return random.pick(["s", "t", "t", "'a'", '"B c"', "'it\\'s\\n'", "users[0].name", "d.a|string", "v|string"]);
    return random.pick([
      () => `${inner()}|${random.pick(TEXT_FILTERS)}`,
      () => `${random.pick(["s", "t", `(${inner()})`])}.${random.pick(TEXT_METHODS)}`,
      () => `${inner()} ~ ${this.expression(depth - 1)}`,
      () => `${random.pick(["s", "t"])}[${random.pick(["0", "-1", "1:", ":2", "1:-1", "-3:"])}]`,
      () => `${this.#list(depth - 1)}|join(${random.pick(["", "','", inner()])})`,
      () => `'${random.pick(["%s", "%r|%s", "%-6s.", "%5s"])}' % ${random.pick(["(s, n)", "(n, f)", inner()])}`,
      () => `(${inner()} if ${this.#truth(depth - 1)} else ${inner()})`,
      () => `(${inner()} + ${inner()})`,
    ])();
  }

  #number(depth: number): string {
    const random = this.#random;
    const inner = () => this.#number(depth - 1);
    if (depth <= 0 || random.chance(5))
      return random.pick(["n", "f", "n", "f", "2", "0", "1.5", "-3", "users[1].uid", "l|length", "t|length"]);
    return random.pick([
      () => `(${inner()} ${random.pick(["+", "-", "*", "/", "//", "%", `** ${random.pick(POWERS)} +`])} ${inner()})`,
      () => `${inner()}|${random.pick(NUMBER_FILTERS)}`,
      () => `-${inner()}`,
      () => `${this.#text(depth - 1)}|${random.pick(["int", "float", "int(3)", "length", "count"])}`,
      () => `${random.pick(["t", "s"])}.${random.pick(["find('o')", "count('e')", "find('nope')"])}`,
      () => `'${random.pick(["%d", "%05d", "%.2f", "%g", "%e", "%+.1f", "%x"])}' % ${random.pick(["n", "f", inner()])}`,
    ])();
  }

  #list(depth: number): string {
    const random = this.#random;
    const inner = () => this.#list(depth - 1);
    if (depth <= 0 || random.chance(5))
      return random.pick([
        "l",
        "l",
        "t.split()",
        "s.split(',')",
        "range(4)|list",
        "[3, 1, 2]",
        "['b', 'A', 'a', n|string]",
        "d.keys()|list",
        "users|map(attribute='name')|list",
      ]);
    return random.pick([
      () => `${inner()}|${random.pick(LIST_FILTERS)}`,
      () => `${inner()}[${random.pick(["1:", ":2", ":-1", ":"])}]`,
      () => `(${inner()} + [${this.expression(depth - 1)}])`,
      () => `[${this.expression(depth - 1)}, ${this.expression(depth - 1)}]`,
      () =>
        `${random.pick(["t", "s"])}.${random.pick(["split('o')", "split(None, 1)", "splitlines()", "split(',', 1)"])}`,
    ])();
  }

  #truth(depth: number): string {
    const random = this.#random;
    const inner = () => this.#truth(depth - 1);
    if (depth <= 0 || random.chance(5))
      return random.pick(["o", "l", "d.a is defined", "missing", "'a' in d", "missing is undefined", "n > 0"]);
    return random.pick([
      () => `(${inner()} ${random.pick(["and", "or"])} ${inner()})`,
      () => `not ${inner()}`,
      () =>
        `(${this.#number(depth - 1)} ${random.pick(["<", "<=", ">", ">=", "==", "!="])} ${this.#number(depth - 1)})`,
      () => `(${this.#text(depth - 1)} ${random.pick(["<", "==", "in", "not in", ">="])} ${this.#text(depth - 1)})`,
      () => `(${this.expression(depth - 1)} ${random.pick(["==", "!="])} ${this.expression(depth - 1)})`,
      () => `(${this.expression(depth - 1)} in ${this.#list(depth - 1)})`,
      () => `(${this.expression(depth - 1)} is ${random.pick(["", "not "])}${random.pick(PLAIN_TESTS)})`,
      () =>
        `(${this.#number(depth - 1)} is ${random.pick(["odd", "even", "divisibleby 3", "lt(3)", "eq 1", "ge(0)"])})`,
    ])();
  }

  #wild(depth: number): string {
    const random = this.#random;
    const inner = () => this.expression(depth - 1);
    if (depth === 0) return this.#atom();
    switch (random.below(14)) {
      case 0:
      case 1:
        return this.#atom();
      case 2:
      case 3:
      case 4:
        return `${inner()}|${random.pick(FILTERS)}`;
      case 5:
        return `${inner()} is ${random.pick(["", "not "])}${random.pick(TESTS)}`;
      case 6:
        return `${random.pick(["s", "t", "t", "l", "d", "n", inner()])}.${random.pick(METHODS)}`;
      case 7:
      case 8:
        return `${inner()} ${random.pick([...BINARY, `** ${random.pick(POWERS)} -`])} ${inner()}`;
      case 9:
        return `${random.pick(["t", "l", "d", "s", inner()])}[${random.pick(["0", "-1", "1:", ":2", "1:-1", "'a'", "n", ":", "7"])}]`;
      case 10:
        return `(${inner()} if ${inner()}${random.chance(3) ? "" : ` else ${inner()}`})`;
      case 11:
        return random.pick([
          `[${inner()}, ${inner()}]`,
          `(${inner()}, ${inner()})`,
          `{'a': ${inner()}, ${random.pick(["1", "'b'", "n", "s"])}: ${inner()}}`,
        ]);
      case 12:
        return random.pick([`not ${inner()}`, `-${inner()}`, `(${inner()})`, `+${inner()}`]);
      default:
        return random.pick([
          "'%s'|format",
          `'%s-%5.1f' % (s, f)`,
          `'%03d' % n`,
          `'%(a)s' % d`,
          `"%s" % ${inner()}`,
          `'{0}'.format(${inner()})`,
        ]);
    }
  }

  #atom(): string {
    const random = this.#random;
    switch (random.below(8)) {
      case 0:
        return random.pick(["1", "0", "-2", "3.5", "1e3", "1_000", "0x1f", "true", "none", "False", "2.0"]);
      case 1:
        return random
          .pick(["'a'", '"é"', "''", "'a\\\\n'", "'it\\\\'s'", "'\\\\x41'", "'a' 'b'", "'B,c'"])
          .replaceAll("\\\\", "\\");
      case 2:
        return random.pick([
          "[]",
          "[1, 2.0, 'a']",
          "{}",
          "{'a': 1}",
          "(1,)",
          "()",
          "range(4)",
          "range(1, 6, 2)|list",
          "dict(a=1)",
        ]);
      case 3:
        return random.pick([
          "d.a",
          "d['b-c']",
          "d.items",
          "l[0]",
          "users[1].name",
          "missing.deep",
          "users|length",
          "t[0]",
        ]);
      default:
        return random.pick(NAMES);
    }
  }
}
