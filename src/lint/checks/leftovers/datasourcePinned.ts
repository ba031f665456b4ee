import { listedDatasources } from "../../../boot/cloud/pinned.ts";
import { commandLineParts } from "../../../distro/kernelCommandLine.ts";
import { ASSUMED_VERSION } from "../../../distro/version.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { cleaning, installersNetwork, isInstallers } from "./installers.ts";
import { leftover } from "./leftover.ts";

/** Finds settings that tie every instance of the image to the datasource of the machine that was installed. */
export function datasourcePinned(rule: Rule, context: CheckContext): Finding[] {
  const { image, booted, distro } = context;
  const findings: Finding[] = [];
  const parts = commandLineParts(image);
  const list = listedDatasources(image, distro.cloudInit.version || ASSUMED_VERSION, booted.base);
  if (list !== undefined && parts.every(({ path }) => path !== list.origin.path)) {
    const { names, origin } = list;
    const onlyNone = names.every((name) => name === "None");
    const who = isInstallers(origin.path) ? writtenByInstaller(context, origin.path) : "";
    const what = onlyNone
      ? "It looks for no datasource, so all data of the cloud is ignored."
      : `It looks only for ${names.slice(0, 9).join(", ")}.`;
    const message = `cloud-init is tied to the datasource of the machine that was installed. ${what}${who}`;
    if (onlyNone || who !== "")
      findings.push(
        leftover(cleaning(rule, context, origin.path), context, {
          message,
          cause: origin,
          evidence: `${origin.path} sets datasource_list`,
        }),
      );
  }
  for (const { text, path, line } of parts) {
    const word = text.split(/\s+/).find((part) => /^"?(ds|ci\.ds|ci\.datasource)=/.test(part));
    if (word === undefined) continue;
    const message = `The kernel command line ties every instance of the image to one datasource: ${word.slice(0, 200)}.`;
    const evidence = `${path} is the boot loader's configuration`;
    findings.push(leftover(rule, context, { message, cause: { path, line, column: 1 }, evidence }));
  }
  return findings;
}

function writtenByInstaller(context: CheckContext, path: string): string {
  const network = installersNetwork(context);
  const also =
    network === undefined
      ? ""
      : ` It also wrote ${network.path}, so instances ignore the network of their cloud as well.`;
  return ` An installer wrote ${path}.${also}`;
}
