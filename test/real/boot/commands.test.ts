import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellCommands } from "../../../src/boot/scripts/commands.ts";
import { seedOf } from "../../samples.ts";

const SPACES = [..." \t\v\f\r\u00a0\u1680\u2003\u2028\u2029\u202f\u3000\ufeff"];

function shells(): string[] {
  return ["sh", "bash", "dash"].filter((shell) => {
    try {
      execFileSync(shell, ["-c", ":"]);
      return true;
    } catch {
      return false;
    }
  });
}

describe.each(shells())("words are those of %s", (shell) => {
  it("whatever white space stands between and in them", () => {
    const piece = fc.constantFrom("a", "b#", "'c d'", '"e\tf"', "\\ ", ...SPACES);
    const scripts = fc
      .sample(fc.array(piece, { minLength: 1, maxLength: 8 }), { numRuns: 200, seed: seedOf(11) })
      .map((parts) => `w ${parts.join("")}`);
    const show = "w() { printf '<%s>' \"$@\"; printf '\\0'; }\n";
    const said = execFileSync(shell, ["-c", show + scripts.join("\n")], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    const truths = said.split("\0").slice(0, -1);
    expect(truths).toHaveLength(scripts.length);
    scripts.forEach((script, index) => {
      const [, ...words] = shellCommands(script)[0]!.words;
      // printf writes its format once where there are no words.
      const told = words.length === 0 ? "<>" : words.map((word) => `<${word}>`).join("");
      expect(told, JSON.stringify(script)).toBe(truths[index]);
    });
  });
});
