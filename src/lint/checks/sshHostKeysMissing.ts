import { isCalled } from "../../boot/outcome.ts";
import { hostKeyMaker } from "../../distro/hostKeyUnits.ts";
import { originOf, type Pair } from "../../python/tree.ts";
import { hostKeys } from "../../services/hostKeys.ts";
import { sshdConfigPath } from "../../services/sshd/directives.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { type CheckContext, noFix } from "./check.ts";
import { sshdMakesKeys } from "./sshdMakesKeys.ts";

/** Finds images with an SSH server that have no host key after the boot. */
export function sshHostKeysMissing(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const module = booted.modules.find((module) => module.name === "ssh" && isCalled(module));
  const server = sshdConfigPath(image);
  const list = booted.config.origin("cloud_init_modules");
  const origin = module?.origin ?? (isKeygenOff(context) ? list : undefined);
  if (server === undefined || origin === undefined) return [];
  const { after, readable } = context.settings(hostKeys);
  if (!readable || after.length > 0) return [];
  if (module !== undefined && sshdMakesKeys(context)) return [];
  const given = booted.config.pair("ssh_keys") ?? booted.config.pair("ssh_genkeytypes");
  const cause = module === undefined || given === undefined ? origin : originOf(given);
  const message =
    module === undefined
      ? "sshd cannot start, since nothing generates a host key: cloud-init's ssh does not run, and the image's own unit for host keys does not run beside cloud-init."
      : `sshd cannot start, since cloud-init's ssh leaves no host key after the first boot${reason(given)}.`;
  return [
    {
      rule: rule.id,
      severity: rule.severity,
      confidence: "certain",
      message,
      service: hostKeys.name,
      module: "ssh",
      losses: [],
      cause,
      evidence: `the image has an SSH server, configured in ${server}`,
      proveFix: noFix,
    },
  ];
}

/** The value from which it follows, and what to do. */
function reason(given: Pair | undefined): string {
  if (given?.key.value !== "ssh_genkeytypes") return "";
  const { value } = given;
  const isEmpty = value.type === "sequence" && value.children.length === 0;
  const state = value.type === "scalar" && value.kind === "null" ? "null" : isEmpty ? "empty" : undefined;
  return state === undefined ? "" : `: ssh_genkeytypes is ${state}. Remove the key to get the default types`;
}

/** Whether cloud-init runs and disables the unit that generates missing keys when sshd starts. */
function isKeygenOff({ booted, image, distro }: CheckContext): boolean {
  if (distro.cloudInit.disabled !== undefined || booted.base.fatal !== undefined) return false;
  return hostKeyMaker(image) === "off";
}
