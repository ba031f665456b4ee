import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { disabledSentence } from "../../sentences/outcomes.ts";
import type { CheckContext } from "../check.ts";
import { cleaning, isCleaned } from "./installers.ts";
import { leftover } from "./leftover.ts";

/** Finds images in which cloud-init does not start. */
export function cloudInitDisabled(rule: Rule, context: CheckContext): Finding[] {
  const { disabled } = context.distro.cloudInit;
  if (disabled === undefined) return [];
  const { path, line = 1 } = disabled;
  const reason = disabledSentence(disabled);
  const who = isCleaned(context, path)
    ? " The installer of the machine turns cloud-init off after the first boot."
    : "";
  const message = `cloud-init does not start in this image: ${reason}. User-data and all other data of the cloud have no effect.${who}`;
  const cause = { path, line, column: 1 };
  return [leftover(cleaning(rule, context, path), context, { message, cause, evidence: reason })];
}
