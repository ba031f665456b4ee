import { expect, test } from "vitest";
import { allFacts } from "../../../src/distro/library/fact.ts";
import "../../../src/lint/lint.ts";

test("facts have different names, and a value for every version", () => {
  const names = allFacts().map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  for (const { name, file, byVersion } of allFacts()) {
    for (const one of [file].flat()) expect([name, one]).toEqual([name, expect.stringMatching(/^[\w/]+\.py$/)]);
    for (const isNew of [false, true]) expect([name, byVersion(() => isNew)]).not.toEqual([name, undefined]);
  }
});
