/** What becomes of configurations that are none. */
import { describe, test } from "vitest";
import { recordedCases } from "../recordings.ts";
import { expectRecorded, type RecordedBoot } from "./recordedBoot.ts";

const cases = recordedCases<(RecordedBoot & { readonly name: string })[]>("boot/badInput.json");

describe.each(cases)("$name", (recorded) => {
  test.each(Object.keys(recorded.results))("%s", (version) => expectRecorded(recorded, version));
});
