import { detectDistro } from "../../../../src/distro/detect.ts";
import type { EvidenceOptions } from "../../../../src/lint/evidence/evidence.ts";
import type { Finding } from "../../../../src/lint/finding.ts";
import { lint } from "../../../../src/lint/lint.ts";
import { PAIRS } from "../../../../src/lint/oneCause.ts";
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

/**
 * The findings of one rule in the example image with some files laid over it. Only rules that may have a say in them take
 * part, which halves the time.
 */
export function findings(rule: string, files: Files, options: Options = {}): Finding[] {
  const names = withRelatives(rule);
  return findingsOf(
    catalogue.filter(({ id }) => names.has(id)),
    files,
    options,
  ).filter((finding) => finding.rule === rule);
}

/** The same where what any other rule says matters: a fix must not bring its findings. */
export function findingsAmongAll(rule: string, files: Files, options: Options = {}): Finding[] {
  return findingsOf(catalogue, files, options).filter((finding) => finding.rule === rule);
}

/** A rule, the rules whose findings may take the place of its own or be added to them, and the relatives of those. */
function withRelatives(rule: string): ReadonlySet<string> {
  const names = new Set([rule]);
  for (const name of names)
    for (const { kept, dropped } of PAIRS) if (name === kept || name === dropped) names.add(kept).add(dropped);
  return names;
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
