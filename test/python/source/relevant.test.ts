import { expect, test } from "vitest";
import { relevantTo } from "../../../src/python/source/relevant.ts";
import { readSource, readValues } from "../../../src/python/source/source.ts";

const BODY = "    return unrelated.call(1)\n";

test.each<[what: string, source: string, left: string]>([
  [
    "functions and classes that have nothing to do with the name are empty",
    `X = 1\n\ndef f(a, b=2):\n${BODY}\nasync def g():\n${BODY}\nclass C(Base):\n    def f(self):\n    ${BODY}`,
    "X = 1\n\ndef f(): pass\nasync def g(): pass\nclass C(): pass\n",
  ],
  ["a function that names it stays", `def f():\n    X.append(1)\nX = []\n`, `def f():\n    X.append(1)\nX = []\n`],
  [
    "so does one that names what its value is made of, or is made of it",
    `A = [1]\nX = A\nY = X\ndef f():\n    A.append(1)\ndef g():\n    Y.append(1)\ndef h():\n${BODY}`,
    `A = [1]\nX = A\nY = X\ndef f():\n    A.append(1)\ndef g():\n    Y.append(1)\ndef h(): pass\n`,
  ],
  [
    "what is imported beside it is no relation",
    `from m import X, other\ndef f():\n    other.call()\n`,
    "from m import X, other\ndef f(): pass\n",
  ],
  ["nor are words of a string", `X = "other"\ndef f():\n    other()\n`, 'X = "other"\ndef f(): pass\n'],
  [
    "a function that may set any name stays",
    `X = 1\ndef f():\n    globals()[n] = 2\n`,
    `X = 1\ndef f():\n    globals()[n] = 2\n`,
  ],
  [
    "a definition in a string is none",
    `X = """\ndef f():\n    a\n"""\ndef g():\n    b = '''\nX = 2\n'''\n    # it's\n`,
    `X = """\ndef f():\n    a\n"""\ndef g():\n    b = '''\nX = 2\n'''\n    # it's\n`,
  ],
  [
    "decorators and branches stay",
    `@d\ndef f():\n${BODY}if a:\n    X = 1\nelse:\n    X = 2\n`,
    "@d\ndef f(): pass\nif a:\n    X = 1\nelse:\n    X = 2\n",
  ],
])("%s", (_, source, left) => {
  expect(relevantTo(["X"], source)).toBe(left);
});

test.each([
  "X = [1]\ndef f():\n    X.append(2)\n",
  "X = [1]\ndef f():\n    global X\n    X = 2\n",
  "X = [1]\ndef f(a):\n    a.append(2)\nf(X)\n",
  "X = [1]\nY = X\ndef f():\n    Y.append(2)\n",
  "X = [1]\ndef f():\n    import sys\n    setattr(sys.modules[__name__], 'X', 2)\n",
  "A = [1]\nX = {'a': A}\ndef f():\n    A.append(2)\n",
  "class X:\n    Y = 1\ndef f():\n    X.Y = 2\n",
  "def list(a):\n    return 1\nX = list([1])\n",
  "X = 1\ndef f():\n  (\nX\n  )\n",
  "def f(a,\nX=2):\n    pass\nX = 1\n",
  "def f():\n    a = [\nb]\nX = 1\n",
  "\ufeffX = 1\r\ndef f():\r\n    y = '''\r\nX = 3\r\n'''\r\n",
  "X = 'a' \\\n'b'\n",
])("what the values of names are does not depend on how much is read: %j", (source) => {
  const whole = readSource(source);
  expect(whole).toBeDefined();
  expect(readValues(["X"], source)?.value("X")).toEqual(whole!.value("X"));
});

test("source whose strings do not end cannot be read either way", () => {
  for (const source of ["X = 1\ny = '''\n", "X = [\n", "X = 1\n y = 2\n"])
    expect([readSource(source), readValues(["X"], source)]).toEqual([undefined, undefined]);
});
