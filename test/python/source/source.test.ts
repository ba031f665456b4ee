import { expect, test } from "vitest";
import type { PyValue } from "../../../src/python/dataModel.ts";
import { isDict, Tuple } from "../../../src/python/dataModel.ts";
import { Bytes, Float } from "../../../src/python/scalars.ts";
import { readSource } from "../../../src/python/source/source.ts";
import { COMPUTED, isLiteral, Name, PySet, stringsOf } from "../../../src/python/source/values.ts";
import { whole } from "../../samples.ts";

/** A value in a short notation of this test. */
function short(value: PyValue | undefined): unknown {
  if (value === COMPUTED) return "?";
  if (value instanceof Name) return `<${value.dotted}>`;
  if (value instanceof Tuple) return { tuple: value.items.map(short) };
  if (value instanceof PySet) return { set: value.items.map(short) };
  if (value instanceof Float) return { float: value.value };
  if (value instanceof Bytes) return { bytes: value.latin1 };
  if (Array.isArray(value)) return value.map(short);
  return isDict(value) ? { dict: [...value].map(([key, item]) => [short(key), short(item)]) } : value;
}

const read = (expression: string) => short(readSource(`X = ${expression}\n`)?.value("X"));

test.each<[string, unknown]>([
  [`"a"`, "a"],
  [`'it\\'s' "b" \\\n    r'\\n'`, "it'sb\\n"],
  [`"""a\nb"" c"""`, 'a\nb"" c'],
  [`u"\\u00e9\\x41\\101"`, "éAA"],
  [`b"a"`, { bytes: "a" }],
  [`f"a{b}"`, "?"],
  [`"%s" % a`, "?"],
  [`"a".lower()`, "?"],
  ["[1, -2, 0o644, 0644, 0x1F, 1_000, 1.5, 1e3]", [1, -2, 420, 420, 31, 1000, { float: 1.5 }, { float: 1000 }]],
  ["9007199254740993", 9007199254740993n],
  ["[True, False, None]", [true, false, null]],
  [`("a", ), `, { tuple: [{ tuple: ["a"] }] }],
  [`("a" "b")  # not a tuple`, "ab"],
  ["()", { tuple: [] }],
  [`"a", "b"`, { tuple: ["a", "b"] }],
  [`{"a", 'b'}`, { set: ["a", "b"] }],
  [
    `{"a": [1,], NAME: {}, }`,
    {
      dict: [
        ["a", [1]],
        ["<NAME>", { dict: [] }],
      ],
    },
  ],
  [
    `dict([("a", 1), ["b", 2]], c=3)`,
    {
      dict: [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ],
    },
  ],
  [`tuple(["a"])`, { tuple: ["a"] }],
  [`frozenset(("a", "b"))`, { set: ["a", "b"] }],
  ["list()", []],
  ["[settings.PER_INSTANCE, EventScope.NETWORK]", ["<settings.PER_INSTANCE>", "<EventScope.NETWORK>"]],
  [
    `{"a": f(1, [2]), "b": 1 + 1, "c": lambda x: {x: 1}, "d": 3}`,
    {
      dict: [
        ["a", "?"],
        ["b", "?"],
        ["c", "?"],
        ["d", 3],
      ],
    },
  ],
  [`["a", *rest]`, "?"],
  [`{"a": 1, **rest}`, "?"],
  [`[x for x in "ab"]`, "?"],
  [`["a"] + list({"b": 1}) + ["c"]`, ["a", "b", "c"]],
  [`("a",) + ("b",)`, { tuple: ["a", "b"] }],
  [`"a" + "b" 'c'`, "abc"],
  [`["a"] + ("b",)`, "?"],
  [`["a"] + X`, "?"],
  ["1 + 2", "?"],
  [`"a" if b else "c"`, "?"],
  [`{[]: 1}`, "?"],
  [`{"a": 1, "b"}`, "?"],
  ["not True", "?"],
  [`"\\N{BULLET}"`, "?"],
])("%s", (expression, value) => expect(read(expression)).toEqual(value));

const MODULE = `
import os, sys as system
from cloudinit.settings import (PER_INSTANCE, PER_ALWAYS as ALWAYS)
A = B = ["a"]
C: "Dict[str, int]" = {"names": A, 'when': PER_INSTANCE}
D = 1
D = 2
E = 1; F = E
G = []
G.append("x")
H = 1
H += 1
I = {}
I["a"] = 1
J, K = 1, 2
if sys.platform == "linux":
    L = 1; M = "one"
else:
    L = 1
    M = "other"
try:
    N = 1
except ImportError as error: N = 2
for O in range(3): pass
with open("x") as P: Q = 1
R = 1
def set_r():
    global R
    R = 2
S = S
T: int
U = None
U.attribute = 1
Y = list(C.keys()) + ["more"]
class Base(object):
    NAME = "base"; frequency = ALWAYS
    paths = [NAME, A]
    class Inner: DEEP = True
    def __init__(self, first, second="b", *args, third=NAME, **rest):
        self.kind = "k"
        local = C
        value = util.get_cfg_option_bool(first, "enabled", True) or first.get('x', default=[1])
        return get_cfg_option_bool(first, "other", not 1)
    @property
    async def twice(self): return 1
    def twice(self):
        x = "later"
V = Base.NAME
W = Base
`;

test("assignments of a module, its classes and functions", () => {
  const source = readSource(MODULE)!;
  const values = (names: string) =>
    Object.fromEntries(names.split(" ").map((name) => [name, short(source.value(name))]));
  expect(values("A B C D E F")).toEqual({
    A: ["a"],
    B: ["a"],
    C: {
      dict: [
        ["names", ["a"]],
        ["when", "<PER_INSTANCE>"],
      ],
    },
    D: 2,
    E: 1,
    F: 1,
  });
  expect(values("L Q U V W Y os")).toEqual({
    L: 1,
    Q: 1,
    U: null,
    V: "base",
    W: "<Base>",
    Y: ["names", "when", "more"],
    os: "?",
  });
  for (const name of "G H I J K M N O P R S error".split(" "))
    expect([name, short(source.value(name))]).toEqual([name, "?"]);
  for (const name of ["T", "missing", "Base.missing", "Missing.NAME", "__proto__"])
    expect(source.value(name)).toBeUndefined();
  expect(values("Base.NAME Base.frequency Base.paths Base.Inner.DEEP Base.__init__.self.kind Base.twice.x")).toEqual({
    "Base.NAME": "base",
    "Base.frequency": "<ALWAYS>",
    "Base.paths": ["base", ["a"]],
    "Base.Inner.DEEP": true,
    "Base.__init__.self.kind": "k",
    "Base.twice.x": "later",
  });
  expect(short(source.value("Base.__init__.local"))).toEqual(short(source.value("C")));
});

test("definitions, parameters, calls and strings", () => {
  const source = readSource(MODULE)!;
  const init = "Base.__init__";
  expect(["Base", init, "set_r", "A", "x", ""].map((path) => source.defines(path))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(["first", "second", "third", "rest"].map((name) => source.parameter(init, name))).toEqual([
    undefined,
    "b",
    "base",
    undefined,
  ]);
  const calls = source
    .calls(init, "get_cfg_option_bool")
    .map(({ positional, isOpen }) => [positional.map(short), isOpen]);
  expect(calls).toEqual([
    [["?", "enabled", true], false],
    [["?", "other", "?"], false],
  ]);
  expect(source.calls("Base", "get").map(({ named }) => short(named.get("default")))).toEqual([[1]]);
  expect(source.calls("set_r", "get")).toEqual([]);
  expect(source.calls("", "range")).toHaveLength(1);
  expect(source.strings(init)).toEqual(["b", "k", "enabled", "x", "other"]);
});

test("what makes source invalid", () => {
  for (const text of ["X = (1\n", "X = 1)\n", "X = [1)\n", "X = 'a\n", 'X = """a\n', "X = $\n", "X = 1\0\n"])
    expect([text, readSource(text)]).toEqual([text, undefined]);
  for (const text of [
    "if 1:\nX = 1\n",
    "if 1:\n    X = 1\n  Y = 1\n",
    "  X = 1\n",
    "def f(:\n  pass\n",
    "class A:\n",
    "if 1\n  X = 1\n",
  ])
    expect([text, readSource(text)]).toEqual([text, undefined]);
  for (const text of [
    "X = 1\n<<<<<<< HEAD\nX = 2\n",
    "X = = 1\n",
    "X = 1 2\n",
    "this is no Python\n",
    '{"json": tr ue}\n',
  ])
    expect([text, readSource(text)]).toEqual([text, undefined]);
  for (const text of [
    "",
    "\uFEFFX = 1",
    "X = 1\\\n",
    "print 'Python 2'\r\nX = 0777\r\n",
    "match x:\n  case [1, *_]: pass\n",
    "def f(a, /, *, b): return a\n",
  ])
    expect([text, readSource(text) === undefined]).toEqual([text, false]);
});

test("what may have changed an object is unknown, in whatever way", () => {
  const X = (code: string) => short(readSource(code)!.value("X"));
  for (const code of [
    "X = Y = ['a']\nY.append('b')\n",
    "X = ['a']\nY = X\nY += ['b']\n",
    "X = {'a': []}\nY = X['a']\nY.append(1)\n",
    "X = {'a': []}\nfor y in X.values():\n    y.append(1)\n",
    "Y = []\nX = {'a': Y}\nY.append(1)\n",
    "X = []\ndef f():\n    X.append(1)\n",
    "X = {}\ndef f():\n    X['a'] = 1\n",
    "X = {}\ndef f(y): y['a'] = 1\nf(X)\n",
    "X = {}\ndef f(*y): y[0].a = 1\nf(1, X)\n",
    "X = []\nY = [X.pop()]\n",
    "X = []\nlist.sort(X)\n",
    "X = []\nX.__iadd__([1])\n",
    "X = 1\nif (X := f()): pass\n",
    "X = 1\nglobals()['X'] = 2\n",
    "X = 1\nvars().update(X=2)\n",
    "X = 1\nexec('X = 2')\n",
    "X = 1\nsetattr(sys.modules[__name__], 'X', 2)\n",
    "X = 1\nfor i in range(2):\n    X = 3\n",
    "class A:\n    Y = 1\nsetattr(A, 'Y', 2)\nX = A.Y\n",
    "class A:\n    Y = 1\nB = A\nB.Y = 2\nX = A.Y\n",
    "X = []\nclass A:\n    X.append(1)\n    X = 1\n",
    "def dict(**all): return 1\nX = dict(a=1)\n",
  ])
    expect([code, JSON.stringify(X(code)).includes('"?"')]).toEqual([code, true]);
  for (const [code, value] of [
    ["Y = 1\nX = Y\nY = 2\n", 1],
    ["X = ['a']\nX = X + ['b']\n", ["a", "b"]],
    ["X = []\nX.append(1)\nX = ['a']\n", ["a"]],
    ["class A:\n    Y = 1\nA.Y = 2\nX = A.Y\n", 2],
    ["class A:\n    Y = 1\nclass B(other.C, A): pass\nX = B.Y\n", 1],
    ["X = ['a']\nY = globals()['X']\nZ = X.index('a')\n", ["a"]],
    ["X = ['a']\ndef f(X):\n    X.append(1)\n", ["a"]],
    ["X, = Y\nX = {1, True}\n", { set: [1] }],
    ["import copy\nY = ['a']\nX = copy.deepcopy(Y)\n", ["a"]],
    ["copy = other()\nX = copy.deepcopy(1)\n", "?"],
  ] as const)
    expect([code, X(code)]).toEqual([code, value]);
});

test("what classes are derived from", () => {
  const source = readSource("class A(B, other.C, metaclass=M, *rest): pass\nclass D: pass\n")!;
  expect(["A", "D", "missing"].map((path) => source.bases(path))).toEqual([["B", "other.C"], [], []]);
});

test.runIf(whole)("source that is large or deep", () => {
  const many = 10_000;
  const lines = (line: (index: number) => string) => Array.from({ length: many }, (_, index) => line(index)).join("");
  const sized = (text: string) => JSON.stringify(short(readSource(text)!.value("X"))).length;
  expect(sized(lines(() => "if a:\n    X = 1\n"))).toBe(3);
  expect(readSource(lines((index) => `X = ${index}\n`))!.value("X")).toBe(many - 1);
  expect(sized(`${lines((index) => `X${index} = X${index + 1}\n`)}X = X0\n`)).toBe(3);
  expect(sized(`${lines((index) => `X${index + 1} = [X${index}, X${index}]\n`)}X = X${many}\n`)).toBeLessThan(200_000);
  expect(sized(`X = [${"1, ".repeat(2 * many)}]\n`)).toBe(3);
  expect(sized(`X = ${"[1] + ".repeat(many)}[1]\n`)).toBe(3);
  expect(
    sized(`X0 = "aaaaaaaaaa"\n${lines((index) => `X${index + 1} = X${index} + X${index}\n`)}X = X20\n`),
  ).toBeLessThan(2_000_000);
  expect(sized(`X = ${"[".repeat(90)}${"]".repeat(90)}\n`)).toBeLessThan(200);
  expect(readSource(`X = ${"f(".repeat(99)}${")".repeat(99)}\n`)!.calls("", "f")).toHaveLength(99);
  expect(readSource(`X = ${"[".repeat(many)}${"]".repeat(many)}\n`)).toBeUndefined();
  expect(readSource(Array.from({ length: 200 }, (_, index) => `${" ".repeat(index)}if 1:\n`).join(""))).toBeUndefined();
  expect(readSource(`X = 1\n${"#".repeat(300_000)}`)).toBeUndefined();
});

test("strings in collections, and values without anything computed", () => {
  const source = readSource(
    "A = ['a']\nB = ('a', 1)\nC = {'a', 'b'}\nD = {'a': [f()]}\nE = {'a': (None, N)}\nF = 1\n",
  )!;
  expect("ABCF".split("").map((name) => stringsOf(source.value(name)))).toEqual([
    ["a"],
    undefined,
    ["a", "b"],
    undefined,
  ]);
  expect("BDE".split("").map((name) => isLiteral(source.value(name)!))).toEqual([true, false, true]);
});
