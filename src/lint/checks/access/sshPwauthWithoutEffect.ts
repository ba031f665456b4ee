import { isCalled } from "../../../boot/outcome.ts";
import { isFalse, isTrue } from "../../../config/options.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import { sshdConfigPath } from "../../../services/sshd/directives.ts";
import { sshd } from "../../../services/sshd.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { type CheckContext, noFix } from "../check.ts";
import { evidenceOfFile, isOwn } from "../configuration/about.ts";
import { isOfLaunch, isSomebodys } from "./access.ts";

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
  // Without the Include, cloud-init changes the lines that exist, wherever they stand.
  const isInMatch = after.some(
    ({ key, path }) => /^Match .*: PasswordAuthentication$/.test(key) && path === written?.path,
  );
  const asked = pyStr(pair.value).replace(/^(True|False)$/, (word) => word.toLowerCase());
  const isDefault = now.path === undefined;
  const state = `PasswordAuthentication stays ${now.value} (${isDefault ? "the default" : `${now.path}:${now.line}`})`;
  const include = 'Put "Include /etc/ssh/sshd_config.d/*.conf" before the first setting in /etc/ssh/sshd_config.';
  const isElsewhere = now.path !== undefined && now.path !== sshdConfigPath(booted.after) && now.path !== written?.path;
  const [why, advice] =
    written === undefined
      ? ["cloud-init does not change the configuration of sshd", include]
      : isInMatch
        ? [`cloud-init changes only the line in the Match block of ${written.path}`, include]
        : isElsewhere
          ? [
              `the first value counts, and sshd reads that line before the one that cloud-init writes to ${written.path}`,
              `Remove the line at ${now.path}:${now.line} from the image, or remove ssh_pwauth.`,
            ]
          : isDefault || now.path === written.path
            ? [`sshd does not read ${written.path}, to which cloud-init writes it`, include]
            : [
                `the first value counts, and sshd reads that line before ${written.path}, to which cloud-init writes it`,
                include,
              ];
  const cause = originOf(pair);
  return [
    {
      rule: rule.id,
      severity: rule.severity,
      confidence: "certain",
      message: `ssh_pwauth: ${asked} has no effect: ${state}, since ${why}. ${advice}`,
      service: sshd.name,
      module: "set_passwords",
      losses: [],
      cause,
      evidence: evidenceOfFile(context, cause.path),
      proveFix: noFix,
    },
  ];
}
