import { expect, test } from "vitest";
import { addToConfig } from "../../../src/lint/fixes/addToConfig.ts";

const NTP = "ntp:\n  enabled: false\n";

test.each([
  ["a new file", undefined, "# Why.\na: 1", "# Keeps what the image sets; written by cloud-init-lint.\n# Why.\na: 1\n"],
  ["a file with comments only", "#cloud-config\n", "a: 1\n", "#cloud-config\na: 1\n"],
  ["an empty file", "", "a: 1\n", "a: 1\n"],
  ["a key behind all comments", "b: 2\n# end", "# Why.\na: 1\n", "b: 2\n# end\n# Why.\na: 1\n"],
  ["a key before the end of the document", "---\nb: 2\n...\n", "a: 1\n", "---\nb: 2\na: 1\n...\n"],
  ["Windows line ends", "b: true # x\r\n", "b: false\na: {c: 1}\n", "b: false # x\r\na: {c: 1}\r\n"],
  [
    "a mapping, at its indentation",
    "ntp:\n    pools:\n    - a # x\n\nb: 1\n",
    NTP,
    "ntp:\n    pools:\n    - a # x\n    enabled: false\n\nb: 1\n",
  ],
  ["a mapping in braces", "ntp: { pools: [a] } # x\n", NTP, "ntp: { pools: [a], enabled: false } # x\n"],
  ["an empty mapping", "ntp: {}\n", NTP, "ntp: {enabled: false}\n"],
  ["null", "ntp: # none\nb: 1\n", NTP, "ntp: {enabled: false} # none\nb: 1\n"],
  ["null that is written", "ntp: ~ # none\n", NTP, "ntp: {enabled: false} # none\n"],
  ["braces around all", '{"a": 1, b: [2]}\n', "c:\n  d:\n  - 1\na: 3\n", '{"a": 3, b: [2], c: {d: [1]}}\n'],
  ["the last of equal keys", "a: 1\na: 2\n", "a: 3\n", "a: 1\na: 3\n"],
  ["a list of several lines", "a:\n  - x\n  - y\nb: 1\n", "a: [ z ]\n", "a: [ z ]\nb: 1\n"],
  [
    "a mapping with a merge key",
    "base: &b {x: 1}\na:\n  <<: *b\n  y: 2\n",
    "a:\n  z: 5\n",
    "base: &b {x: 1}\na:\n  <<: *b\n  y: 2\n  z: 5\n",
  ],
  ["a name that is special in JavaScript", "a: 1\n", "__proto__: {b: 1}\n", "a: 1\n__proto__: {b: 1}\n"],
  ["a key with an alias as its value", "a: &k true\nb: *k\n", "b: false\n", "a: &k true\nb: false\n"],
])("%s", (_what, text, fragment, wanted) => {
  expect(addToConfig(text, fragment)).toBe(wanted);
  expect(addToConfig(wanted, fragment)).toBe(wanted);
});

test.each([
  ["a template", "## template: jinja\na: 1\n"],
  ["a list", "- a\n"],
  ["invalid YAML", "a: [\n"],
  ["a value that an alias repeats", "a: &k true\nb: *k\n"],
  ["a value that << brings", "base: &b {a: 1}\n<<: *b\n"],
  ["two documents", "a: 1\n---\nb: 1\n"],
])("not into %s", (_what, text) => expect(addToConfig(text, "a: false\n")).toBeUndefined());

test("a large file", () => {
  const lines = Array.from({ length: 2_000 }, (_, i) => `key${i}: [${i}]\n`);
  expect(addToConfig(lines.join(""), "key7: false\nnew: 1\n")).toBe(
    `${lines.with(7, "key7: false\n").join("")}new: 1\n`,
  );
});
