import { classFits } from "../../distro/classFits.ts";
import { readOsRelease } from "../../distro/osRelease.ts";
import { pyStr } from "../../python/value.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { type CheckContext, noFix } from "./check.ts";

/** Finds images that cloud-init treats as another distribution than the one that os-release names. */
export function distroClassMismatch(rule: Rule, { booted, distro, image }: CheckContext): Finding[] {
  // Without a class nothing runs, which another rule reports.
  if (booted.base.fatal !== undefined) return [];
  const node = booted.config.node("system_info", "distro");
  const origin = booted.config.origin("system_info", "distro");
  const isSet = origin?.path.startsWith("/") === true;
  // An ignored or unreadable file may set it; other findings and messages report those files.
  if (!isSet && booted.base.files.some(({ dropped }) => dropped !== undefined)) return [];
  const name = node === undefined ? "ubuntu" : pyStr(node);
  const like = (readOsRelease(image).get("ID_LIKE") ?? "").split(/\s+/);
  if (distro.id === "" || classFits(name, distro.id, like)) return [];
  const what = isSet
    ? `system_info.distro is "${name}"`
    : `system_info.distro is not set, so its default "${name}" applies`;
  return [
    {
      rule: rule.id,
      severity: rule.severity,
      confidence: "certain",
      message: `${what}, but the image is ${distro.id}: cloud-init configures it as if it were ${name}.`,
      service: null,
      module: null,
      losses: [],
      cause: isSet ? origin : { path: "/etc/cloud/cloud.cfg", line: 1, column: 1 },
      evidence: `/etc/os-release has ID=${distro.id}`,
      proveFix: noFix,
    },
  ];
}
