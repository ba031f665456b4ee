/**
 * What one release changes, on both sides of it: images on which `before` and `since` leave other files behind, or run
 * other modules.
 */
import { describe, expect, test } from "vitest";
import { recordedCases } from "../../recordings.ts";
import { expectRecorded, type RecordedBoot } from "../recordedBoot.ts";

interface Row extends RecordedBoot {
  readonly since: string;
  readonly before: string;
  readonly what: string;
}

const rows = recordedCases<Row[]>("boot/versions/releases.json");

describe.each(rows)("$since: $what", (row) => {
  test.each([row.before, row.since])("%s", (version) => expectRecorded(row, version));

  test("shows the release", () => {
    expect(row.results[row.before]).not.toEqual(row.results[row.since]);
  });
});
