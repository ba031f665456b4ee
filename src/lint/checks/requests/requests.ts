import { ASSUMED_VERSION } from "../../../distro/version.ts";
import type { Finding } from "../../finding.ts";
import { toldOfSystemRequests } from "../../requests/requests.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { runsToEnd } from "../outcomes/moduleOutcomes.ts";
import { lostMounts, mountedBefore } from "./lostMounts.ts";
import { lostPackageSources } from "./lostPackageSources.ts";
import { isAsked, lostRequest, type SystemRequest } from "./lostRequest.ts";

/** Several rules ask about the same boot. */
const known = new WeakMap<CheckContext, readonly SystemRequest[]>();

/** Finds requests of the configuration whose outcome is not what they ask for; the rule's `about` selects them. */
export function requests(rule: Rule, context: CheckContext): Finding[] {
  const all = known.get(context) ?? lostOf(context);
  known.set(context, all);
  const found = all.filter(({ about }) => about === rule.parameters.about);
  return atMost(found, (request) => lostRequest(rule, context, request));
}

function lostOf(context: CheckContext): SystemRequest[] {
  const { booted, distro } = context;
  const told = toldOfSystemRequests(booted.config.root, {
    version: distro.cloudInit.version || ASSUMED_VERSION,
    mountedBefore: mountedBefore(context),
  }).flatMap(({ origin, worst, module, ...told }): SystemRequest[] =>
    module === undefined ? [] : [{ ...told, module, cause: origin, severity: worst }],
  );
  return [...told, ...lostMounts(context), ...lostPackageSources(context)].filter(
    ({ module, cause, isUnasked = false }) => runsToEnd(booted, module) && (isUnasked || isAsked(context, cause)),
  );
}
