import pc from "picocolors";
import { diffHunks, paintDiff, shortenHunk } from "../../src/report/diff.ts";
import { escapeLine, escapeProse, escapeText, shorten } from "../../src/report/escape.ts";
import { jsonText } from "../../src/report/jsonText.ts";
import { lineHashes } from "../../src/report/lineHash.ts";
import { displayWidth, hanging, truncate, wrap } from "../../src/report/width.ts";
import { EVERY_HAZARD } from "../report/hazards.ts";
import { mutateText } from "./mutate.ts";
import { type Target, textTarget } from "./target.ts";

const TEXTS = [
  "one two  three\tfour\n",
  "/etc/ssh/sshd_config:3: a: b",
  "中文 e\u0301 \u{1f600}",
  EVERY_HAZARD,
  "$6$a$bbbbbbbbbbbbbbbbbb",
];

const escapes = textTarget("escape", { texts: TEXTS }, (text, checks) => {
  for (const shown of [escapeText(text), escapeText(text, { keepNewlines: true }), escapeLine(text), escapeProse(text)])
    checks.printed("text", shown);
  checks.printed("text", escapeText(shorten(text)));
  JSON.parse(jsonText({ [text]: text }));
  return undefined;
});

const widths = textTarget("width", { texts: TEXTS }, (text, checks) => {
  for (const width of [1, 20, 80]) {
    checks.holds(displayWidth(truncate(text, width)) <= width, "a text is cut to more than its width");
    for (const line of wrap(text, width))
      checks.holds(displayWidth(line) <= width || !line.includes(" "), "a line is wrapped to more than its width");
    hanging("lead: ", text, width, (lead) => lead);
  }
  return wrap(text, 40);
});

const hashes = textTarget("line-hash", { texts: TEXTS }, (text) => {
  const hash = lineHashes(text);
  return [1, 2, 3, 1e6].map(hash);
});

const diff: Target = {
  name: "diff",
  cost: 10,
  make: (random) => {
    const before = mutateText("Port 22\n# a\nPermitRootLogin no\n\nUsePAM yes\n", random, { texts: TEXTS });
    return { before, after: mutateText(before, random, { texts: TEXTS }) };
  },
  run: ({ before, after }, checks) => {
    for (const { lines } of diffHunks(String(before), String(after), 3)) {
      const painted = paintDiff(shortenHunk(lines, 0, 30), pc.createColors(false), 80);
      checks.printed("text", painted.join("\n"));
    }
    return undefined;
  },
};

/** What makes text out of what was read. */
export const writerTargets: readonly Target[] = [escapes, widths, hashes, diff];
