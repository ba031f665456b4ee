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

/** What bash says of `[[ name == pattern ]]`. */
const MATCHES = [
  ["[!]]", "a"],
  ["[a-b]-", "b-"],
  ["*", "b-a."],
  ["[a-b]", "b"],
  ["*[!]]", "aabb."],
  ["*", "b.a-"],
  ["a?*", "a--ab"],
  ["*", "a"],
  ["[!a]*b*", "-bbb-"],
  ["?[ab]", "bb"],
  ["*a", "---.a"],
  ["b?a", "b.a"],
  ["[!a]", "b"],
  ["[ab]", "a"],
  ["-", "-"],
  ["*", "a.b.."],
  ["-?[!]]", "--."],
  ["*", "-ab"],
  ["-*", "-ab"],
  ["*?[!]]", "ba"],
  ["?**", "a-.-a"],
  ["[!]]", "-"],
  ["*", "b"],
  ["*?[]a]*", "ba.-"],
  ["?*", "a"],
  ["*", "aa"],
  ["[!]][!a].*?", "a-.ab."],
  ["*", "-a"],
  ["*", "a-.a."],
  ["*", "--aa--"],
  ["*?[!]]", "aaaab-"],
  ["?[a-b]", "bb"],
  ["[!]]\\a", "aa"],
  ["b**[ab]", "ba.-b"],
  ["*", "b.b-bb"],
  ["*", "b-"],
  ["\\a?*.[!]]*", "a..b."],
] as const;
const DIFFERS = [
  ["[]a]", "b.bb.a"],
  ["\\**.[]a][a-b][a-b]", "a"],
  ["?[!a]", "b-b--b"],
  ["\\ab[!a]", "b..bbb"],
  ["\\*[a-b][]a]-[a-b]", "ba..-."],
  ["[]a]", "-a.b."],
  ["[ab]", "a--b-"],
  ["?a*\\*", "ba"],
  ["*[]a][!a]bb-", "-"],
  ["[]a][!a]?.\\*[!]]", "bb-..a"],
  ["\\*[!a]-b", "-"],
  ["?[!a][a-b][ab][]a]", "a--."],
  ["\\*[ab][]a]", "ba"],
  ["*[]a][]a]\\*\\*[a-b]", "-."],
  ["b[a-b]", "-."],
  ["[]a]", "bba"],
  ["a\\a*[!]]", "ab"],
  ["[]a][ab]\\a[ab].[ab]", "a.ba"],
  ["[!a]\\a\\*[ab]-", "-"],
  ["[!]]", "-b..--"],
  ["-b\\a*.", "a"],
  ["[ab]?", "-"],
  [".[]a]", "--.-"],
  ["bb\\a", "b.b-"],
  ["\\*[]a][ab][ab]\\a", "-."],
  ["[a-b][!]][a-b]", "a"],
  ["?[a-b]-.\\*", "b.aab."],
  ["[!a][!]].?[!]]\\a", "-."],
  ["[!a]-[]a][!a]", "b"],
  ["[ab]\\*", "b-"],
  ["a[ab]", "b"],
  ["[a-b][a-b][!a]", "b"],
  ["?\\aa\\*", "a"],
  ["?-[ab]b[!]]", "-a"],
  ["[]a]b[]a][a-b]*.", "b-b."],
  [".b[!]][a-b].a", "aa."],
  ["ab\\a[!]]", "b"],
  ["b\\*[a-b]", "aa"],
  ["--[!a][]a]", "-b--"],
  ["[!]]\\a", "b---"],
] as const;

test("agrees with the shell's pattern matching", () => {
  for (const [pattern, name] of MATCHES)
    expect([pattern, name, matchesGlob(pattern, name)]).toEqual([pattern, name, true]);
  for (const [pattern, name] of DIFFERS)
    expect([pattern, name, matchesGlob(pattern, name)]).toEqual([pattern, name, false]);
});

test("stars do not make it slow", () => {
  expect(matchesGlob(`${"*a".repeat(2000)}b`, "a".repeat(20_000))).toBe(false);
});
