import { CLOUD_CFG } from "../../../config/read.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding, Fix, Severity } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { type CheckContext, noFix, withFix } from "../check.ts";

/** A result of a check of the configuration. */
export interface Remark {
  readonly message: string;
  readonly cause: Origin;
  /** The rule's own unless given. */
  readonly severity?: Severity;
  /** Not certain if it depends on facts that the image does not show. */
  readonly confidence?: Finding["confidence"];
  readonly module?: string;
  /** Proves a fix; null if there is none. */
  readonly prove?: () => Fix | null;
}

/** A finding about the configuration itself. */
export function about(rule: Rule, context: CheckContext, remark: Remark): Finding {
  const { message, cause, severity = rule.severity, confidence = "certain", module = null, prove } = remark;
  const finding: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity,
    confidence,
    message,
    service: null,
    module,
    losses: [],
    cause,
    evidence: evidenceOfFile(context, cause.path),
  };
  return prove === undefined ? { ...finding, proveFix: noFix } : withFix(finding, prove);
}

/** Where a file of the configuration comes from: the launch, or whoever changed the image's. */
export function evidenceOfFile(context: CheckContext, path: string): string {
  if (launchPaths(context).has(path)) return `the launch supplies ${path}`;
  const found = path.startsWith("/") ? context.evidence.ofFile(path) : undefined;
  return found?.text ?? `${path} is unchanged since its package installed it`;
}

/** The files that the launch hands over. */
export function launchPaths({ booted }: CheckContext): ReadonlySet<string> {
  const { userData, vendorData, vendorData2, metaData, networkConfig } = booted.cloud;
  const files = [userData, vendorData, vendorData2, metaData, networkConfig];
  return new Set(files.flatMap((file) => file?.path ?? []));
}

/** Drop-ins that packages of cloud-init install. */
const SHIPPED =
  /^\/etc\/cloud\/cloud\.cfg\.d\/(05_logging|90_dpkg|README|(00|01|90)[-_](debian|ubuntu)[-_\w]*)(\.cfg)?$/;

/** Several rules ask about the same files. */
const asked = new WeakMap<CheckContext, Map<string, boolean>>();

/** Whether somebody wrote or changed a file of the configuration after its package installed it. */
export function isOwn(context: CheckContext, path: string): boolean {
  const known = asked.get(context) ?? new Map<string, boolean>();
  asked.set(context, known);
  let own = known.get(path);
  if (own === undefined) {
    const found = path.startsWith("/") ? context.evidence.ofFile(path) : undefined;
    own = found !== undefined && (found.strength !== "weak" || (path !== CLOUD_CFG && !SHIPPED.test(path)));
    known.set(path, own);
  }
  return own;
}
