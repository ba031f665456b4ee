import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openDirectory } from "../../../src/image/directory.ts";
import type { FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import { judgeFindings } from "../../../src/verify/findings.ts";
import { compareModules } from "../../../src/verify/modules.ts";

/** Modules and findings of which `verify` says that the boot contradicts them, where BOOT/after shows the image after it. */
export function observeContradictions(directory: string, { image, booted, result }: FixableImage): string[] {
  const textOf = (name: string) => {
    const path = join(directory, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  const modules = compareModules(booted.modules, textOf("cloud-init.log"), textOf("result.json"));
  const findings = judgeFindings(
    [...result.findings, ...result.ignored],
    image,
    openDirectory(join(directory, "after")),
  );
  return [
    ...modules
      .filter(({ outcome }) => outcome === "different")
      .map(({ name, planned, real }) => `${name}: predicted ${planned?.status ?? "nothing"}, really ${real}`),
    ...findings.filter(({ verdict }) => verdict === "contradicted").map(({ finding }) => `finding ${finding.rule}`),
  ];
}
