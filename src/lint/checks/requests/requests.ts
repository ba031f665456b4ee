import { ASSUMED_VERSION } from "../../../boot/boot.ts";
import type { Origin } from "../../../image/origin.ts";
import { type Finding, SEVERITIES } from "../../finding.ts";
import { toldOfRequests } from "../../requests/requests.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "../configuration/about.ts";
import { mountedBefore, mountRemarks } from "./mountRemarks.ts";
import { packageRemarks } from "./packageRemarks.ts";
import type { RequestRemark } from "./requestRemark.ts";

/** Several rules ask about the same boot. */
const known = new WeakMap<CheckContext, readonly RequestRemark[]>();

/** Finds requests of the configuration whose outcome is not what they ask for; the rule's `about` selects them. */
export function requests(rule: Rule, context: CheckContext): Finding[] {
  const all = known.get(context) ?? remarks(context);
  known.set(context, all);
  const found = all.filter((remark) => remark.about === rule.parameters.about);
  return atMost(found, ({ losses = [], severity, isUnasked: _, ...remark }) => {
    const milder = SEVERITIES[Math.max(SEVERITIES.indexOf(rule.severity), SEVERITIES.indexOf(severity))]!;
    return { ...about(rule, context, { ...remark, severity: milder }), losses };
  });
}

function remarks(context: CheckContext): RequestRemark[] {
  const { booted, distro } = context;
  const ran = new Set(booted.modules.flatMap(({ name, status }) => (status === "ran" ? [name] : [])));
  const told = toldOfRequests(booted.config.root, {
    version: distro.cloudInit.version || ASSUMED_VERSION,
    mountedBefore: mountedBefore(context),
  }).map(({ origin, worst, ...told }): RequestRemark => ({ ...told, cause: origin, severity: worst }));
  return [...told, ...mountRemarks(context), ...packageRemarks(context)].filter(
    ({ module, cause, isUnasked = false }) => ran.has(module) && (isUnasked || isAsked(context, cause)),
  );
}

/** Whether somebody wrote the line: the launch, or whoever made or changed a file of the image. */
function isAsked(context: CheckContext, { path }: Origin): boolean {
  const { userData, vendorData, vendorData2 } = context.booted.cloud;
  return [userData, vendorData, vendorData2].some((file) => file?.path === path) || isOwn(context, path);
}
