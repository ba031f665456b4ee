import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { listed } from "./moduleLists.ts";

const LIST = "cloud_init_modules";

/**
 * Finds that set_hostname was removed from the module lists, which does not keep the host name: earlier stages set it
 * as well, unless preserve_hostname is true (cmd/main.py, 18.5 to 26.2).
 */
export function hostnameSetBeforeModules(rule: Rule, context: CheckContext): Finding[] {
  const { base, config } = context.booted;
  const cause = config.origin(LIST);
  if (base.fatal !== undefined || cause === undefined || config.bool("preserve_hostname", false)) return [];
  if (!isOwn(context, cause.path) || listed(context).some(({ name }) => name === "set_hostname")) return [];
  const message =
    "Removing set_hostname from the module lists does not keep the host name: cloud-init sets the name that the cloud assigns before it reads the lists. Set preserve_hostname: true to give every instance the image's name.";
  const prove = () =>
    context.fix(rule, cause, {}, (_after, { config: fixed }) => fixed.bool("preserve_hostname", false));
  return [about(rule, context, { message, cause, confidence: "likely", module: "set_hostname", prove })];
}
