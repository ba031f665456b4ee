import { expect, test } from "vitest";
import { Secrets } from "../../src/lint/secrets/secrets.ts";
import { type PatchedFile, patchOf } from "../../src/report/patch.ts";

const file = (name: string, before: string | null, content: string, renamesName?: string): PatchedFile => ({
  path: `/${name}`,
  name,
  before,
  content,
  renamesName,
});
const shown = (...files: PatchedFile[]) => {
  const { text, inexact } = patchOf(files, Secrets.none);
  return [...text.split("\n").slice(0, -1), ...inexact];
};

test("names are quoted as git quotes them", () => {
  expect(shown(file('a b"\u001b\n##[x]é', null, "1\n"))).toEqual([
    'diff --git "a/a b\\"\\033\\012##\\133x]é" "b/a b\\"\\033\\012##\\133x]é"',
    "new file mode 100644",
    "--- /dev/null",
    '+++ "b/a b\\"\\033\\012##\\133x]é"\t',
    "@@ -0,0 +1,1 @@",
    "+1",
  ]);
});

test("a file that is only renamed, and one that is changed as well", () => {
  expect(shown(file("to", "1\n", "1\n", "from"), file("b", "1", "2", "a"))).toEqual([
    ...["diff --git a/from b/to", "similarity index 100%", "rename from from", "rename to to"],
    ...["diff --git a/a b/b", "similarity index 50%", "rename from a", "rename to b", "--- a/a", "+++ b/b"],
    ...["@@ -1,1 +1,1 @@", "-1", "\\ No newline at end of file", "+2", "\\ No newline at end of file"],
  ]);
});

test("what a terminal or a CI system would interpret is left out of the context, else escaped, and the file is named", () => {
  const text = (last: string) => `\u001b[2J\n::error::x\n\t1\n2\r\n3\r\n4\n${last}\n`;
  expect(shown(file("near", text("5"), text("6"))).slice(3)).toEqual([
    "@@ -4,4 +4,4 @@",
    " 2\r",
    " 3\r",
    " 4",
    "-5",
    "+6",
  ]);
  expect(shown(file("same", "\u202e\n::error::x\n", "\u202ea\n::error::x\n")).slice(3)).toEqual([
    ...["@@ -1,2 +1,2 @@", "-\\u{202e}", "+\\u{202e}a", " \\x3a:error::x", "/same"],
  ]);
});
