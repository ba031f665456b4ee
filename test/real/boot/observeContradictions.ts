import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import { verify } from "../../../src/verify/verify.ts";
import { contentAfter, recordedBoot } from "./bootDirectory.ts";

/** Modules and findings of which `verify` says that the boot in a directory contradicts them. */
export function observeContradictions(directory: string, { booted, result }: FixableImage): string[] {
  const textOf = (name: string) => {
    const path = join(directory, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  const recorded = { directory, ...recordedBoot(directory) };
  const { modules, findings } = verify(result, booted, {
    stages: recorded.stages,
    changes: recorded.changes.map((change) => ({ ...change, content: contentAfter(recorded, change) })),
    log: textOf("cloud-init.log"),
    result: textOf("result.json"),
    commands: textOf("commands.log").split("\n").filter(Boolean),
    milliseconds: 0,
  });
  return [
    ...modules
      .filter(({ outcome }) => outcome === "different")
      .map(({ name, planned, real }) => `${name}: predicted ${planned?.status ?? "nothing"}, really ${real}`),
    ...findings
      .filter(({ verdict }) => verdict === "contradicted")
      .map(({ finding: { rule, message } }) => `finding ${rule}: ${message}`),
  ];
}
