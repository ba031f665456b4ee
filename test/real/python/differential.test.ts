import { test } from "vitest";
import {
  Dict,
  deepCopy,
  equal,
  isDict,
  type PyDict,
  type PyKey,
  type PyValue,
  Tuple,
} from "../../../src/python/dataModel.ts";
import { CannotTell, Raises } from "../../../src/python/errors.ts";
import { percentFormat } from "../../../src/python/format.ts";
import { Budget } from "../../../src/python/jinja/budget.ts";
import { Interpreter } from "../../../src/python/jinja/interpreter.ts";
import { parseTemplate } from "../../../src/python/jinja/statements.ts";
import { textMethod } from "../../../src/python/jinja/textMethods.ts";
import { CallArguments } from "../../../src/python/jinja/value.ts";
import { dumpJson, loadJson } from "../../../src/python/json.ts";
import { compare } from "../../../src/python/order.ts";
import { repr } from "../../../src/python/repr.ts";
import { Float } from "../../../src/python/scalars.ts";
import { shlexSplit } from "../../../src/python/shlex.ts";
import { fromNode, pyStr, truthy } from "../../../src/python/value.ts";
import { dumpYaml } from "../../../src/python/yaml/dump.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
import type { Random } from "../../fuzz/random.ts";
import { pyYaml } from "../../python/yaml/pyyaml.ts";
import { documentOf } from "../../python/yaml/yaml-documents.ts";
import { describeReal, pythonModule } from "../describeReal.ts";
import { compareAll } from "./differential.ts";
import { randomTemplate } from "./templates.ts";
import { encoded, randomFloat, randomInt, randomScalar, randomText, randomValue } from "./values.ts";

describeReal("as the real Python", { ...pyYaml(), ...pythonModule("jinja2") }, () => {
  test("repr, str and truth", () => {
    compareAll(
      {
        name: "repr",
        make: (random) => randomValue(random, { depth: 3, tuples: true, key: (r) => randomScalar(r) }),
        encode: encoded,
        ours: (value) => `${repr(value)}\n${pyStr(value)}\n${truthy(value) ? "True" : "False"}`,
      },
      { untold: 0 },
    );
  });

  test("equality and order", () => {
    const truth = (holds: boolean) => (holds ? "True" : "False");
    const order = (a: PyValue, b: PyValue): string => {
      try {
        return truth(compare(a, b) < 0);
      } catch (error) {
        if (error instanceof Raises) return "TypeError";
        throw error;
      }
    };
    compareAll(
      {
        name: "comparison",
        make: (random) => {
          const value = () =>
            randomValue(random, { depth: random.below(3), tuples: true, key: (r) => randomScalar(r) });
          return [value(), value()] as const;
        },
        encode: (pair) => pair.map(encoded),
        ours: ([a, b]) => truth(equal(a, b)) + order(a, b),
      },
      { untold: 0 },
    );
  });

  test("YAML that is loaded", () => {
    compareAll(
      {
        name: "yaml load",
        make: (random) => documentOf(Array.from({ length: random.between(10, 150) }, () => random.below(10_000))),
        encode: (text) => text,
        ours: (text) => {
          const { node, error } = parseYaml(text, "test.cfg");
          if (error !== undefined) throw new Raises(error.reason);
          return node === undefined ? "None" : repr(fromNode(node));
        },
      },
      { untold: 0 },
    );
  });

  test("YAML that is dumped", () => {
    compareAll(
      {
        name: "yaml dump",
        make: (random) => {
          const key = random.chance(2) ? randomText : (r: typeof random) => randomScalar(r);
          const value = randomValue(random, { depth: 4, key, shared: true });
          const root: PyDict = isDict(value) ? value : new Map([["key", value]]);
          return { value: root, copied: random.chance(2), indent: random.pick([2, 4] as const) };
        },
        encode: ({ value, copied, indent }) => ({ value: encoded(value), copied, indent }),
        ours: ({ value, copied, indent }) => dumpYaml(value, { aliases: copied ? "copied" : "anchored", indent }),
      },
      { untold: 0.3 },
    );
  });

  test("JSON that is dumped", () => {
    compareAll(
      {
        name: "json dumps",
        make: (random) => ({
          value: randomValue(random, { depth: 3, json: true, tuples: true, key: jsonKey }),
          sort: random.chance(2),
        }),
        encode: ({ value, sort }) => ({ value: encoded(value), sort }),
        ours: ({ value, sort }) => dumpJson(value, sort),
      },
      { untold: 0 },
    );
  });

  test("JSON that is loaded", () => {
    compareAll(
      {
        name: "json loads",
        make: (random) => damaged(random, dumpJson(randomValue(random, { depth: 3, json: true }))),
        encode: (text) => text,
        ours: (text) => repr(loadJson(text)),
      },
      { untold: 0 },
    );
  });

  test("the words of a shell's text", () => {
    const letters = [..."  ab\n\t'\"\\#$=\r\u00a0é"];
    compareAll(
      {
        name: "shlex",
        make: (random) => Array.from({ length: random.below(20) }, () => random.pick(letters)).join(""),
        encode: (text) => text,
        ours: (text) => repr(shlexSplit(text)),
      },
      { untold: 0 },
    );
  });

  test("methods of str", () => {
    compareAll(
      {
        name: "str methods",
        make: randomCall,
        encode: ({ on, method, args }) => ({ on, method, args: args.map(encoded) }),
        ours: ({ on, method, args }) => {
          const found = textMethod(on, method, new Budget());
          if (found === undefined) throw new CannotTell(method);
          return repr(found(new CallArguments(args)));
        },
      },
      { untold: 0.1 },
    );
  });

  test("format % values", () => {
    compareAll(
      {
        name: "percent format",
        make: randomFormat,
        encode: ({ format, values }) => ({ format, values: encoded(values) }),
        ours: ({ format, values }) => percentFormat(format, values, new Budget()),
      },
      { untold: 0.3 },
    );
  });

  test("templates", () => {
    compareAll(
      {
        name: "jinja",
        make: randomTemplate,
        encode: ({ template, variables }) => ({
          template,
          variables: Object.fromEntries([...variables].map(([name, value]) => [name, encoded(value)])),
        }),
        ours: ({ template, variables }) => {
          const parsed = parseTemplate(template, { do: true });
          return new Interpreter(new Budget()).render(
            parsed,
            new Map([...variables].map(([name, value]) => [name, deepCopy(value)])),
          );
        },
      },
      { untold: 0.2 },
    );
  });
});

const jsonKey = (random: Random): PyKey =>
  random.chance(4) ? random.pick([null, true, 1, 7, new Float(1.5)]) : randomText(random);

/** A text, mostly as it is, with a letter left out or put in. */
function damaged(random: Random, text: string): string {
  if (!random.chance(3)) return text;
  const at = random.below(text.length + 1);
  return (
    text.slice(0, at) +
    random.pick(["", "", ",", '"', "\\", "0", " ", "\n", "[", "}", "e", ".", "-"]) +
    text.slice(at + random.below(2))
  );
}

const METHODS =
  "upper lower capitalize strip lstrip rstrip split splitlines join replace startswith endswith find count".split(" ");

function randomCall(random: Random): { on: string; method: string; args: PyValue[] } {
  const on = randomText(random);
  const method = random.pick(METHODS);
  const part = () => [...on].slice(random.below(3), random.pick([1, 2, 3, 4])).join("");
  const argument = (): PyValue => {
    if (random.chance(12)) return randomScalar(random);
    if (method === "split" && random.chance(2)) return null;
    if (random.chance(6)) return new Tuple([randomText(random), part()]);
    if (method === "join") return Array.from({ length: random.below(4) }, () => randomText(random));
    return random.chance(2) ? part() : [...randomText(random)].slice(0, random.below(4)).join("");
  };
  const counts: Readonly<Record<string, number>> = {
    join: 1,
    replace: 2,
    startswith: 1,
    endswith: 1,
    find: 1,
    count: 1,
  };
  const args = Array.from({ length: counts[method] ?? (/strip|split$/.test(method) ? random.below(2) : 0) }, argument);
  if (args.length > 0 && /^(split|replace)$/.test(method) && random.chance(3)) args.push(random.between(-1, 3));
  if (random.chance(40)) args.push(randomScalar(random));
  return { on, method, args };
}

/** A format and values that mostly fit it. */
function randomFormat(random: Random): { format: string; values: PyValue } {
  const values: PyValue[] = [];
  const named = random.chance(6);
  const specs = Array.from({ length: random.between(1, 3) }, () => {
    const flags = Array.from({ length: random.below(3) }, () => random.pick([..."-+ 0#"])).join("");
    const precision = random.chance(3) ? `.${random.below(12)}` : "";
    const kind = random.pick([..."sssrddiuxXofFeEgGc%", random.pick(["q", ""])]);
    values.push(formatted(random, kind));
    return `%${named ? "(a)" : ""}${flags}${random.chance(2) ? random.below(12) : ""}${precision}${kind}`;
  });
  const format = specs.map((spec) => random.pick(["", "a", " ", "é", "%%"]) + spec).join("");
  if (named) return { format, values: new Dict().set("a", values[0]!) };
  if (random.chance(20)) values.push(1);
  return { format, values: values.length === 1 && random.chance(2) ? values[0]! : new Tuple(values) };
}

function formatted(random: Random, kind: string): PyValue {
  if (random.chance(20)) return randomValue(random, { depth: 1 });
  if (kind === "c") return random.chance(2) ? random.between(32, 0x2ff) : random.pick(["a", "é", "😀"]);
  if ("xXo".includes(kind)) return randomInt(random);
  if ("sr".includes(kind)) return randomValue(random, { depth: 2, tuples: true });
  return random.chance(3) ? randomInt(random) : random.chance(10) ? true : randomFloat(random);
}
