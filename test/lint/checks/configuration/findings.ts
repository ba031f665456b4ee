import { detectDistro } from "../../../../src/distro/detect.ts";
import type { EvidenceOptions } from "../../../../src/lint/evidence/evidence.ts";
import type { Finding } from "../../../../src/lint/finding.ts";
import { lint } from "../../../../src/lint/lint.ts";
import { catalogue } from "../../../../src/lint/rules/catalogue.ts";
import { exampleImage } from "../../exampleImage.ts";

export const D = "/etc/cloud/cloud.cfg.d";

/** What makes the example image one with another version of cloud-init. */
export function withVersion(version: string): Record<string, string> {
  return {
    "/var/lib/dpkg/status": `Package: cloud-init\nStatus: install ok installed\nArchitecture: all\nVersion: ${version}-1\n\n`,
  };
}

/** The findings of one rule in the example image with some files laid over it. */
export function findings(
  rule: string,
  files: Readonly<Record<string, string>>,
  { image: name = "debian-12", ...options }: EvidenceOptions & { readonly image?: string } = {},
): Finding[] {
  const image = exampleImage(files, name);
  const { findings: found } = lint(image, { distro: detectDistro(image), rules: catalogue, ...options });
  return found.filter((finding) => finding.rule === rule);
}
