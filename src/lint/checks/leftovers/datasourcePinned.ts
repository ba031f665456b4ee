import { commandLineParts } from "../../../distro/kernelCommandLine.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rule.ts";
import type { CheckContext } from "../check.ts";
import { leftover } from "./leftover.ts";

/** Files of cloud.cfg.d that installers write: subiquity's 99-installer.cfg and its predecessors. */
const INSTALLERS = /\/cloud\.cfg\.d\/[^/]*(installer|subiquity|curtin)[^/]*\.cfg$/;

/** Finds what ties every instance of the image to the datasource of the machine that was installed. */
export function datasourcePinned(rule: Rule, { image, boot }: CheckContext): Finding[] {
  const findings: Finding[] = [];
  const list = boot.config.get("datasource_list");
  const origin = boot.config.origin("datasource_list");
  const onlyNone = Array.isArray(list) && list.length > 0 && list.every((name) => name === "None");
  if (Array.isArray(list) && origin !== undefined && (onlyNone || INSTALLERS.test(origin.path))) {
    const what = onlyNone
      ? "It looks for no datasource, so nothing that a cloud hands over is applied."
      : `It looks for ${list.slice(0, 9).map(String).join(", ")} only.`;
    const who = INSTALLERS.test(origin.path) ? ` An installer wrote ${origin.path}.` : "";
    const message = `cloud-init is tied to the datasource of the machine that was installed. ${what}${who}`;
    findings.push(leftover(rule, message, origin, `datasource_list is set in ${origin.path}`));
  }
  for (const { text, path, line } of commandLineParts(image)) {
    const word = text.split(/\s+/).find((part) => /^"?(ds|ci\.ds|ci\.datasource)=/.test(part));
    if (word === undefined) continue;
    const message = `The kernel's command line ties every instance of the image to one datasource: ${word.slice(0, 200)}.`;
    findings.push(leftover(rule, message, { path, line, column: 1 }, `${path} is the boot loader's configuration`));
  }
  return findings;
}
