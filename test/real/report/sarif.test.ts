import { expect, test } from "vitest";
import { multitoolFindings } from "../../report/multitool.ts";
import { everything } from "../../report/sarifSamples.ts";

test("sarif-multitool, with GitHub's rules: no error, and no warning but that we name no home page", () => {
  const findings = multitoolFindings(everything).filter((text) => !text.startsWith("note "));
  expect(findings.filter((text) => !text.includes("informationUri"))).toEqual([]);
  const broken = everything.replace(/"uri": "etc\/cloud\/cloud.cfg"/, '"uri": "not encoded"');
  expect(multitoolFindings(broken).filter((text) => text.startsWith("error "))).not.toEqual([]);
});
