import { describe, expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { readLines, readStatements, words } from "../../src/services/lines.ts";
import { assignedValue } from "../../src/services/shellVariables.ts";

describe("lines", () => {
  test("count from 1, whether they end in LF, CRLF or not at all", () => {
    const image = memoryImage({ "/f": "a\r\n\nb" });
    expect(readLines(image, "/f")).toEqual([
      { text: "a", number: 1 },
      { text: "", number: 2 },
      { text: "b", number: 3 },
    ]);
    expect(readLines(image, "/missing")).toEqual([]);
  });

  test("statements are neither blank nor comments", () => {
    const image = memoryImage({ "/f": "# no\n\n  ; no\n\t x # kept \n" });
    expect(readStatements(image, "/f", "#;")).toEqual([{ text: "x # kept", number: 4 }]);
  });

  test("a very long line is cut", () => {
    const image = memoryImage({ "/f": "x".repeat(1_000_000) });
    expect(readLines(image, "/f")[0]!.text.length).toBeLessThan(500_000);
  });
});

describe("words", () => {
  test.each([
    ["", []],
    [" a\tb ", ["a", "b"]],
    ["127.0.1.1 <<unknown:the host name>> x", ["127.0.1.1", "<<unknown:the host name>>", "x"]],
    [
      "http://<<unknown:the mirror of the region>>/ubuntu x",
      ["http://<<unknown:the mirror of the region>>/ubuntu", "x"],
    ],
    ["<<unknown:never closed", ["<<unknown:never", "closed"]],
  ])("%j", (text, expected) => {
    expect(words(text)).toEqual(expected);
  });
});

test.each([
  ['"a b"', "a b"],
  ["'a'", "a"],
  ['"a', "a"],
  ['"', ""],
  ["", ""],
  ["a b", "a b"],
  ['"a" # why', "a"],
  [`"a \\"b\\" $c"`, 'a "b" $c'],
  [`'a'"b"`, "ab"],
  ['"<<unknown:the "name">>"', '<<unknown:the "name">>'],
])("what %j gives a variable", (text, expected) => {
  expect(assignedValue(text)).toBe(expected);
});
