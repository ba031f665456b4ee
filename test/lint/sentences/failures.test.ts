import { expect, test } from "vitest";
import { failureSentence } from "../../../src/lint/sentences/failures.ts";

test("a failure that the image's builder can mend says how", () => {
  const adviceFor = (reason: Parameters<typeof failureSentence>[2]) => failureSentence("ntp", "", reason).advice;
  expect(adviceFor({ code: "template-missing", template: "chrony.conf.x" })).toBe(
    "Install the template, or remove the setting that makes ntp run.",
  );
  expect(adviceFor({ code: "time-zone-missing", zone: "Europe/Berlni" })).toContain("Correct its name");
  expect(adviceFor({ code: "owner-missing", path: "/f", kind: "user", name: "web" })).toMatch(/Create the user.*defer/);
});
