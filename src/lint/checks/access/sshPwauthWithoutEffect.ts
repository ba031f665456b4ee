import { isCalled } from "../../../boot/outcome.ts";
import { isFalse, isTrue } from "../../../config/options.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import { sshd } from "../../../services/sshd.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { type CheckContext, noFix } from "../check.ts";
import { isOwn } from "../configuration/about.ts";
import { evidenceOf, isOfLaunch, isSomebodys } from "./access.ts";

/**
 * Finds ssh_pwauth whose value sshd does not take: it does not read the file that cloud-init writes, or reads another
 * line first.
 */
export function sshPwauthWithoutEffect(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const pair = booted.config.pair("ssh_pwauth");
  const runs = booted.modules.some(
    (module) => module.name === "set_passwords" && isCalled(module) && module.status === "ran",
  );
  if (pair === undefined || !runs || hasUnknown(pyStr(pair.value)) || !isSomebodys(context, pair.path)) return [];
  const wanted = isTrue(pair.value) ? "yes" : isFalse(pair.value) ? "no" : undefined;
  const { after, readable } = context.settings(sshd);
  const now = readable ? after.find(({ key }) => key === "PasswordAuthentication") : undefined;
  if (wanted === undefined || now === undefined || now.value === wanted || hasUnknown(now.value)) return [];
  const written = booted.changes.find(
    ({ path, blames }) =>
      path.startsWith("/etc/ssh/sshd_config") && blames.some(({ module }) => module === "set_passwords"),
  );
  const winner = now.path !== undefined && isOwn(context, now.path) && image.stat(now.path) !== undefined;
  // An image that sets both decides with its own line.
  if (winner && !isOfLaunch(context, pair.path)) return [];
  const state =
    now.path === undefined
      ? `PasswordAuthentication stays ${now.value}, the default`
      : `PasswordAuthentication stays ${now.value} (${now.path}:${now.line})`;
  // Without the Include, cloud-init changes the lines that exist, wherever they stand.
  const isInMatch = after.some(
    ({ key, path }) => /^Match .*: PasswordAuthentication$/.test(key) && path === written?.path,
  );
  const why =
    written === undefined
      ? "cloud-init does not change the configuration of sshd"
      : isInMatch
        ? `cloud-init changes only the line in the Match block of ${written.path}`
        : now.path === undefined || now.path === written.path
          ? `sshd does not read ${written.path}, to which cloud-init writes it`
          : `sshd takes the first value that it reads, and reads ${written.path}, to which cloud-init writes it, later or not at all`;
  const cause = originOf(pair);
  return [
    {
      rule: rule.id,
      severity: winner ? "warning" : rule.severity,
      confidence: "certain",
      message: `ssh_pwauth: ${pyStr(pair.value)} has no effect: ${state}, since ${why}. Put "Include /etc/ssh/sshd_config.d/*.conf" before the first setting in /etc/ssh/sshd_config.`,
      service: sshd.name,
      module: "set_passwords",
      losses: [],
      cause,
      evidence: evidenceOf(context, cause),
      proveFix: noFix,
    },
  ];
}
