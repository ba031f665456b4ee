import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expandGlob, matchesGlob } from "../../src/image/glob.ts";
import { memoryImage } from "../../src/image/memory.ts";

const image = memoryImage({
  "/etc/d/10-a.conf": "",
  "/etc/d/9.conf": "",
  "/etc/d/B.conf": "",
  "/etc/d/.h.conf": "",
  "/etc/d/x.bak": "",
  "/etc/e/1.conf": "",
  "/etc/f": "",
  "/etc/gone": { link: "/nowhere" },
  "/etc/[d]/odd": "",
});

test.each([
  ["/etc/d/*.conf", ["/etc/d/10-a.conf", "/etc/d/9.conf", "/etc/d/B.conf"]],
  ["/etc/[de]/*.conf", ["/etc/d/10-a.conf", "/etc/d/9.conf", "/etc/d/B.conf", "/etc/e/1.conf"]],
  ["/etc/d/.*", ["/etc/d/.h.conf"]],
  ["/etc/d/?.conf", ["/etc/d/9.conf", "/etc/d/B.conf"]],
  ["/etc/d/[!A-Z]*.conf", ["/etc/d/10-a.conf", "/etc/d/9.conf"]],
  ["/etc/\\[d]/*", ["/etc/[d]/odd"]],
  ["/etc/f", ["/etc/f"]],
  ["/etc/f/*", []],
  ["/etc/g*", []],
  ["/etc/missing", []],
])("%s", (pattern, expected) => {
  expect(expandGlob(image, pattern)).toEqual(expected);
});

test("agrees with the shell's pattern matching", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "-", "."), maxLength: 6 });
  const element = fc.constantFrom("*", "?", "a", "b", "-", ".", "[ab]", "[!a]", "[a-b]", "[]a]", "[!]]", "\\*", "\\a");
  const pairs = fc.sample(
    fc.tuple(
      fc.array(element, { maxLength: 6 }).map((parts) => parts.join("")),
      text,
    ),
    { numRuns: 2000, seed: 1 },
  );
  const visible = pairs.filter(([, name]) => name !== "" && !name.startsWith("."));
  const script = "while IFS= read -r p && IFS= read -r n; do [[ $n == $p ]] && echo 1 || echo 0; done";
  const shell = spawnSync("bash", ["-c", script], {
    input: visible.map(([p, n]) => `${p}\n${n}\n`).join(""),
    encoding: "utf8",
  });
  const real = shell.stdout
    .trim()
    .split("\n")
    .map((line) => line === "1");
  expect(real.filter((matched) => matched).length).toBeGreaterThan(50);
  visible.forEach(([pattern, name], index) => {
    expect(matchesGlob(pattern, name), `${pattern} ${name}`).toBe(real[index]);
  });
});

test("stars do not make it slow", () => {
  expect(matchesGlob(`${"*a".repeat(2000)}b`, "a".repeat(20_000))).toBe(false);
});
