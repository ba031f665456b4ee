import { classFits } from "../../distro/classFits.ts";
import { readOsRelease } from "../../distro/osRelease.ts";
import { pyStr } from "../../python/value.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { type CheckContext, noFix } from "./check.ts";

/** Finds images for which cloud-init takes another distribution than the one that os-release names. */
export function distroClassMismatch(rule: Rule, { boot, distro, image }: CheckContext): Finding[] {
  // Without a class nothing runs at all, which is another rule's.
  if (boot.base.fatal !== undefined) return [];
  const node = boot.config.node("system_info", "distro");
  const origin = boot.config.origin("system_info", "distro");
  const isSet = origin?.path.startsWith("/") === true;
  // The file that sets it may be one that is dropped or could not be read, of which other findings and messages tell.
  if (!isSet && boot.base.files.some(({ dropped }) => dropped !== undefined)) return [];
  const name = node === undefined ? "ubuntu" : pyStr(node);
  const like = (readOsRelease(image).get("ID_LIKE") ?? "").split(/\s+/);
  if (distro.id === "" || classFits(name, distro.id, like)) return [];
  const why = isSet ? "system_info.distro is" : "system_info.distro is not set, which means";
  return [
    {
      rule: rule.id,
      severity: rule.severity,
      confidence: "certain",
      message: `${why} "${name}", but the image is ${distro.id}: cloud-init configures it as if it were ${name}.`,
      service: null,
      module: null,
      losses: [],
      cause: isSet ? origin : { path: "/etc/cloud/cloud.cfg", line: 1, column: 1 },
      evidence: `/etc/os-release has ID=${distro.id}`,
      proveFix: noFix,
    },
  ];
}
