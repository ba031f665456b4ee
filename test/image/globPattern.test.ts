import { expect, test } from "vitest";
import { type GlobKind, globPattern } from "../../src/image/globPattern.ts";

test.each<[GlobKind, string, string, boolean]>([
  ["component", "*.conf", "a.conf", true],
  ["component", "*.conf", ".a.conf", false],
  ["component", "\\.*", ".a", true],
  ["component", "[!a]?", "bc", true],
  ["path", "/etc/*", "/etc/a", true],
  ["path", "/etc/*", "/etc/a/b", false],
  ["path", "/etc/**", "/etc/.a/b", true],
  ["path", "/**/b?", "/a/b/bc", true],
  ["path", "/**/b?", "/a/b/b/", false],
  ["path", "**a*b", "/a/ab", true],
  ["path", "/[a]", "/[a]", true],
  ["path", "/[a]", "/a", false],
  ["text", "iface *", "iface eth0/1", true],
  ["text", "[main] *", "[main] proxy", true],
  ["text", "a?", "ab", false],
  ["text", "a*a", "a", false],
])("%s %s %s", (kind, pattern, text, expected) => {
  expect(globPattern(pattern, kind).matches(text)).toBe(expected);
});
