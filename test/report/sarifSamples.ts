import type { ImageReport } from "../../src/report/imageReport.ts";
import { sarifReport } from "../../src/report/sarif.ts";
import { EVERY_HAZARD } from "./hazards.ts";
import { FINDINGS, finding, IGNORED, RULES, result, TEXTS } from "./samples.ts";

export const OPTIONS = { toolVersion: "0.1.0", minSeverity: "info" } as const;
export const textOf = (...results: ImageReport[]): string => sarifReport(results, RULES, OPTIONS);

export const image = result({ findings: FINDINGS, texts: TEXTS });
const h = EVERY_HAZARD;
export const hostile = result({
  image: { source: `/mnt/${h}` },
  findings: [
    finding({
      message: `${h} [x](9) {0} \\`,
      evidence: h,
      losses: [{ path: `/a b${h}%41?#[`, line: 1, setting: h, before: h, after: h }],
      cause: { path: `/seed/${h}`, line: 3, column: 9 },
      fix: { path: h, content: h },
    }),
  ],
});
const partly = result({
  image: { source: "partly" },
  findings: FINDINGS.slice(0, 2),
  ignored: [IGNORED],
  texts: TEXTS,
});
/** All that a log may hold. */
export const everything = textOf(
  image,
  hostile,
  partly,
  result({ image: { source: "/" } }),
  result({ image: { source: "" } }),
);
