import { hostKeys } from "../../services/hostKeys.ts";
import { sshdConfigPath } from "../../services/sshd/directives.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import type { CheckContext } from "./check.ts";

/** Finds images with an ssh server in which no host key is left after the boot. */
export function hostKeysMissing(rule: Rule, context: CheckContext): Finding[] {
  const { boot, image } = context;
  const module = boot.modules.find(({ name, ran }) => name === "ssh" && ran);
  const server = sshdConfigPath(image);
  if (server === undefined || module === undefined || context.settings(hostKeys).after.length > 0) return [];
  const cause = boot.config.origin("ssh_keys") ?? boot.config.origin("ssh_genkeytypes") ?? module.origin;
  return [
    {
      rule: rule.id,
      severity: rule.severity,
      confidence: "certain",
      message: "cloud-init's ssh leaves no host key after the first boot, so sshd cannot start.",
      service: hostKeys.name,
      module: "ssh",
      target: null,
      cause,
      evidence: `${server}: the image has an ssh server`,
      fix: null,
    },
  ];
}
