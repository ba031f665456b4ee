/**
 * What one release changes, on both sides of it: images on which `before` and `since` leave other files behind, or run
 * other modules. releases.json was recorded from upstream's releases.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expectRecorded, type RecordedBoot } from "../recordedBoot.ts";

interface Row extends RecordedBoot {
  readonly since: string;
  readonly before: string;
  readonly what: string;
}

const rows = JSON.parse(readFileSync(new URL("releases.json", import.meta.url), "utf8")) as Row[];

describe.each(rows)("$since: $what", (row) => {
  test.each([row.before, row.since])("%s", (version) => expectRecorded(row, version));

  test("shows the release", () => {
    expect(row.results[row.before]).not.toEqual(row.results[row.since]);
  });
});
