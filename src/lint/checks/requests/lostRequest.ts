import { type ConfiguredAccounts, configuredAccounts } from "../../../boot/users/users.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../../../distro/version.ts";
import type { Origin } from "../../../image/origin.ts";
import { Raises } from "../../../python/errors.ts";
import type { ConfigNode, Pair } from "../../../python/tree.ts";
import { type Finding, type Fix, type Loss, milder, type Severity } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { About } from "../../schema/told.ts";
import { type CheckContext, noFix, withFix } from "../check.ts";
import { isOwn } from "../configuration/about.ts";
import { runsToEnd } from "../outcomes/moduleOutcomes.ts";

/** Something that the configuration asks for and that the boot does not do, or does otherwise. */
export interface LostRequest {
  readonly message: string;
  /** The line that asks for it. */
  readonly cause: Origin;
  readonly module: string;
  /** The service whose settings the losses are; null unless given. */
  readonly service?: string;
  readonly losses?: readonly Loss[];
  /** The highest severity that the finding may have; the rule's own unless given. */
  readonly severity?: Severity;
  /** "certain" unless given. */
  readonly confidence?: Finding["confidence"];
  /** Proves a fix; null if there is none. */
  readonly prove?: () => Fix | null;
}

/** A request about mounts, package sources or certificates, with the rule's parameter that selects it. */
export interface SystemRequest extends LostRequest {
  readonly about: About;
  /** Whether cloud-init does it although nobody asks for it. */
  readonly isUnasked?: true;
}

/** A finding about a request whose outcome differs from what was asked for. */
export function lostRequest(rule: Rule, context: CheckContext, request: LostRequest): Finding {
  const { message, cause, module, service = null, losses = [], confidence = "certain", prove } = request;
  const finding = {
    rule: rule.id,
    severity: milder(rule.severity, request.severity ?? rule.severity),
    confidence,
    message,
    service,
    module,
    losses,
    cause,
    evidence: isOfLaunch(context, cause.path)
      ? `the launch supplies ${cause.path}`
      : (context.evidence.ofFile(cause.path)?.text ?? `${cause.path} configures it`),
  };
  return prove === undefined ? { ...finding, proveFix: noFix } : withFix(finding, prove);
}

/** Whether somebody asked for what stands in a file: the launch supplies it, or somebody wrote or changed it in the image. */
export function isAsked(context: CheckContext, { path }: ConfigNode | Pair | Origin): boolean {
  return isOfLaunch(context, path) || isOwn(context, path);
}

/** Whether a file is user-data or vendor-data. */
function isOfLaunch({ booted }: CheckContext, path: string): boolean {
  const { userData, vendorData, vendorData2 } = booted.cloud;
  return [userData, vendorData, vendorData2].some((file) => file?.path === path);
}

/** The users and groups that the configuration requests; undefined unless users_groups runs to its end. */
export function requestedAccounts({ booted, distro }: CheckContext): ConfiguredAccounts | undefined {
  if (!runsToEnd(booted, "users_groups")) return undefined;
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  try {
    return configuredAccounts({ config: booted.config, since: (wanted) => versionAtLeast(version, wanted) });
  } catch (error) {
    if (error instanceof Raises) return undefined;
    throw error;
  }
}
