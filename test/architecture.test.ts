import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** The rooms of src/, from the top floor down. Imports only go down. */
const FLOORS = [
  "index.ts",
  "action",
  "playground",
  "cli",
  "report",
  "verify",
  "lint",
  "boot",
  "services",
  "config",
  "distro",
  "packages",
  "python",
  "image",
  "filesystem",
  "disk",
  "tar",
] as const;

/** Rooms that lie below and still know nothing of each other: what a service reads does not depend on the boot. */
const APART = [["boot", "services"]] as const;

const imports = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, imported: importsOf(name) }));

function importsOf(name: string): string[] {
  const text = readFileSync(join("src", name), "utf8");
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
  return [...found].map(([, target = ""]) => join(name, "..", target)).filter((target) => !target.startsWith(".."));
}

const roomOf = (name: string) => name.split("/", 1)[0]!;
const floorOf = (name: string) => FLOORS.indexOf(roomOf(name) as (typeof FLOORS)[number]);

test("every room of src/ has its floor", () => {
  expect(readdirSync("src").toSorted()).toEqual([...FLOORS].toSorted());
});

test("imports only go down", () => {
  const wrong = imports.flatMap(({ name, imported }) =>
    imported
      .filter((target) => roomOf(target) !== roomOf(name))
      .filter((target) => floorOf(target) <= floorOf(name) || isApart(name, target))
      .map((target) => `${name} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

function isApart(name: string, target: string): boolean {
  return APART.some(([one, other]) => roomOf(name) === one && roomOf(target) === other);
}

test("no files import each other in a circle", () => {
  const targets = new Map(imports.map(({ name, imported }) => [name, imported]));
  const done = new Set<string>();
  const circleFrom = (name: string, above: readonly string[]): string[] | undefined => {
    if (above.includes(name)) return [...above.slice(above.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const target of targets.get(name) ?? []) {
      const circle = circleFrom(target, [...above, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  };
  expect(
    [...targets.keys()].map((name) => circleFrom(name, [])).find((circle) => circle !== undefined),
  ).toBeUndefined();
});
