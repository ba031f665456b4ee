import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWord } from "../../../src/distro/shellWords.ts";
import recorded from "../../distro/shellWordCases.json" with { type: "json" };
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

const variable = (name: string): string => (name === "X" ? "va lue" : "");

/** What the real shell makes of each word. */
function real(words: readonly string[]): string[] {
  const folder = tree({});
  words.forEach((word, i) => {
    writeFileSync(join(folder, String(i)), `X='va lue'; XY=\nV=${word}\nprintf '%s\\0' "$V"\n`);
  });
  const script = `i=0; while [ $i -lt ${words.length} ]; do . ./$i; i=$((i+1)); done`;
  return execFileSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" }).split("\0").slice(0, -1);
}

describeReal("words", programs("sh"), () => {
  test("the recorded ones are the real shell's", () => {
    expect(real(recorded.map(([word]) => word!))).toEqual(recorded.map(([, text]) => text));
  });

  test("agrees with the real shell", () => {
    const plain = fc.constantFrom(
      "a",
      "b=c",
      "/",
      "#",
      "$.",
      "$X",
      "$XY",
      "$" + "{X}",
      "%",
      "\\ ",
      "\\'",
      "\\\\",
      "\\$X",
      '\\"',
      "\\a",
    );
    const single = fc.constantFrom("'a b'", "''", "'$X\\'", "'\"'", "'\n'");
    const double = fc
      .array(fc.constantFrom("a", " ", "'", "$X.", '\\"', "\\$", "\\\\", "\\a", "\\\n", "\n", "\\`", ";"), {
        maxLength: 4,
      })
      .map((parts) => `"${parts.join("")}"`);
    const words = fc
      .sample(fc.array(fc.oneof(plain, single, double), { maxLength: 5 }), 300)
      .map((parts) => parts.join(""));
    const truths = real(words);
    expect(truths).toHaveLength(words.length);
    words.forEach((word, i) => {
      expect(shellWord(word, 0, variable), JSON.stringify(word)).toEqual({ text: truths[i], end: word.length });
    });
  });
});
