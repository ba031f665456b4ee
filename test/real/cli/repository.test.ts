import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRepository } from "../../../src/cli/repository.ts";
import { sarifReport } from "../../../src/report/sarif.ts";
import { tree } from "../../image/tree.ts";
import { multitoolFindings } from "../../report/multitool.ts";
import { finding, RULES, result, TEXTS } from "../../report/samples.ts";

test("GitHub's rules find no error in a log that names files of the repository", () => {
  const text = TEXTS["/etc/cloud/cloud.cfg.d/20-team.cfg"]!.before!;
  const root = tree({ "files/team ä.cfg": text, "image #1.pkr.hcl": "source {\n}\n" });
  mkdirSync(join(root, ".git"));
  const findings = [finding(), finding({ cause: finding().losses[0] as never })];
  const repository = openRepository({ anchor: "image #1.pkr.hcl:2" }, root);
  const options = { toolVersion: "0.1.0", minSeverity: "info", anchor: repository.anchor } as const;
  const log = sarifReport([result({ findings, texts: TEXTS }, repository)], RULES, options);
  expect(multitoolFindings(log).filter((line) => line.startsWith("error "))).toEqual([]);
});
