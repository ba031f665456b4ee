import { detectDistro } from "../../../../src/distro/detect.ts";
import type { EvidenceOptions } from "../../../../src/lint/evidence/evidence.ts";
import type { Finding } from "../../../../src/lint/finding.ts";
import { lint } from "../../../../src/lint/lint.ts";
import { catalogue } from "../../../../src/lint/rules/catalogue.ts";
import type { Rule } from "../../../../src/lint/rules/rule.ts";
import { exampleImage } from "../../exampleImage.ts";

export const D = "/etc/cloud/cloud.cfg.d";

/** What makes the example image one with another version of cloud-init. */
export function withVersion(version: string): Record<string, string> {
  return {
    "/var/lib/dpkg/status": `Package: cloud-init\nStatus: install ok installed\nArchitecture: all\nVersion: ${version}-1\n\n`,
  };
}

/** The findings of one rule in the example image with some files laid over it. */
export function findings(rule: string, files: Files, options: Options = {}): Finding[] {
  return findingsOf(catalogue, files, options).filter((finding) => finding.rule === rule);
}

/** The findings of one rule where no other rule reports the same cause. */
export function findingsAlone(rule: string, files: Files, options: Options = {}): Finding[] {
  return findingsOf(
    catalogue.filter(({ id }) => id === rule),
    files,
    options,
  );
}

type Files = Readonly<Record<string, string>>;
type Options = EvidenceOptions & { readonly image?: string };

function findingsOf(rules: readonly Rule[], files: Files, { image: name = "debian-12", ...options }: Options) {
  const image = exampleImage(files, name);
  return [...lint(image, { distro: detectDistro(image), rules, ...options }).findings];
}
