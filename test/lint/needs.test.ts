import { dirname } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { modules } from "../../src/boot/modules/modules.ts";
import type { Image } from "../../src/image/image.ts";
import { COMMON, mayBeRead, NEEDS } from "../../src/lint/needs.ts";
import { packageReaders } from "../../src/packages/open.ts";
import { services } from "../../src/services/services.ts";
import { fixtureImage, fixtureNames } from "../fixtures/fixtureImages.ts";
import { ruleDocuments } from "../ruleDocuments.ts";
import { oneOf } from "../samples.ts";
import { isHome, lintRecorded, unforeseenPaths } from "./askedPaths.ts";
import { exampleImage } from "./exampleImage.ts";

// A path that a service, a module or a package database begins to ask for is a word more in its `needs`.
test.each(oneOf(13, fixtureNames))("all that a lint of %s asks for is foreseen", (fixture) => {
  const image = fixtureImage(fixture);
  expect(unforeseenPaths(image).filter((path) => !isHome(path, image))).toEqual([]);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Notes what is asked for while each module, service and package database is at work, the innermost one. */
function undeclared(image: Image): string[] {
  const running: { readonly name: string; readonly needs: readonly string[] }[] = [];
  const found = new Set<string>();
  const watch = <K extends string>(
    name: string,
    part: { readonly needs?: readonly string[] } & Record<K, (...args: never[]) => unknown>,
    method: K,
  ) => {
    const original: (...args: never[]) => unknown = part[method];
    vi.spyOn(part, method as never).mockImplementation(((...args: never[]) => {
      running.push({ name, needs: [...COMMON, ...(part.needs ?? [])] });
      try {
        return original.apply(part, args);
      } finally {
        running.pop();
      }
    }) as never);
  };
  for (const module of modules) watch(`module ${module.name}`, module, "run");
  for (const service of services) watch(`service ${service.name}`, service, "read");
  for (const [index, reader] of packageReaders.entries()) watch(`package reader ${index}`, reader, "open");
  lintRecorded(image, (path) => {
    const part = running.at(-1);
    const isDeclared = (need: string) => `${path}/`.startsWith(`/${need}/`) || `/${need}`.startsWith(`${path}/`);
    if (part !== undefined && path !== "/" && !part.needs.some(isDeclared)) found.add(`${part.name}: ${path}`);
  });
  vi.restoreAllMocks();
  return [...found].sort();
}

test.each(oneOf(26, fixtureNames))("each part of a lint of %s declares what it asks for", (fixture) => {
  const image = fixtureImage(fixture);
  expect(undeclared(image).filter((line) => !isHome(line.split(": ")[1]!, image))).toEqual([]);
});

test("all that the rules' examples ask for is foreseen", () => {
  const all = ruleDocuments.flatMap(({ name, examples }) => examples.map((one) => ({ name, ...one })));
  for (const { name, title, files } of oneOf(240, all)) {
    const image = exampleImage(files);
    // What only the example's own configuration names cannot be foreseen.
    const given = Object.values(files).join("\n");
    const isGiven = (path: string) => given.includes(path.slice(1)) || given.includes(dirname(path));
    const paths = unforeseenPaths(image).filter((path) => !isHome(path, image) && !isGiven(path));
    expect([name, title, paths]).toEqual([name, title, []]);
    const lines = undeclared(image).filter((line) => {
      const path = line.split(": ")[1]!;
      return !isHome(path, image) && !isGiven(path);
    });
    expect([name, title, lines]).toEqual([name, title, []]);
  }
});

test("the paths stand for themselves in a command line, which is not too long", () => {
  for (const path of NEEDS) expect(path).toMatch(/^[a-z][\w.-]*(\/[\w.-]+)*$/);
  expect(new Set(NEEDS).size).toBe(NEEDS.length);
  expect(NEEDS.join(" ").length).toBeLessThan(32 * 1024);
});

test("of a stream are kept the needed files, and small ones that a configuration may name", () => {
  const sizes: [string, number, boolean][] = [
    ["/etc/ssh/moduli", 600_000, true],
    ["/var/lib/rpm/rpmdb.sqlite", 100_000_000, true],
    ["/usr/bin/chronyd", 300_000, true],
    ["/usr/bin/perl", 3_000_000, false],
    ["/usr/share/doc/x", 10, false],
    ["/usr/share/package/package.conf", 10, true],
    ["/usr/local/bin/own", 1000, true],
    ["/opt/app/config", 1000, true],
    ["/opt/app/blob", 1_000_000, false],
    ["/etcetera", 1_000_000, false],
  ];
  for (const [path, size, kept] of sizes) expect([path, mayBeRead(path, size)]).toEqual([path, kept]);
});
