/** What becomes of configurations that are none. badInput.json was recorded from upstream's releases. */
import { readFileSync } from "node:fs";
import { describe, test } from "vitest";
import { expectRecorded, type RecordedBoot } from "./recordedBoot.ts";

const cases = JSON.parse(readFileSync(new URL("badInput.json", import.meta.url), "utf8")) as (RecordedBoot & {
  readonly name: string;
})[];

describe.each(cases)("$name", (recorded) => {
  test.each(Object.keys(recorded.results))("%s", (version) => expectRecorded(recorded, version));
});
