import type { KeyFile } from "../../../boot/moduleRun.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Refusal, SshAccount } from "../../../services/sshd/admission.ts";
import { sshdConfigPath } from "../../../services/sshd/directives.ts";
import { sshd } from "../../../services/sshd.ts";
import type { Confidence, Finding, Severity } from "../../finding.ts";
import type { Logins } from "../../logins.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext, noFix } from "../check.ts";
import { evidenceOfFile } from "../configuration/about.ts";
import { isForRootAlone, loginsAfter, lossOf, namesOf, somebodyBecomesRoot, writerOf } from "./access.ts";

/** Keys that let nobody in. */
interface Useless {
  readonly account: SshAccount;
  readonly file: KeyFile;
  readonly refusal: Refusal;
}

/** Finds SSH keys that cloud-init writes for accounts to which sshd refuses them. */
export function sshKeysNotRead(rule: Rule, context: CheckContext): Finding[] {
  const logins = loginsAfter(context);
  if (logins === undefined) return [];
  const byCause = new Map<string, Useless[]>();
  for (const useless of uselessKeys(context, logins)) {
    const { code, path, line } = useless.refusal;
    const at = code === "not-safe" || code === "not-readable" ? useless.refusal.at : "";
    const key = `${code} ${path}:${line} ${at}`;
    byCause.set(key, [...(byCause.get(key) ?? []), useless]);
  }
  return atMost([...byCause.values()], (group) => finding(rule, context, logins, group));
}

/** Whether a finding of this rule says already that nobody can log in or become root. */
export function explainsAccess(context: CheckContext): boolean {
  const logins = loginsAfter(context);
  return (
    logins !== undefined && uselessKeys(context, logins).some((useless) => causeOf(context, useless) !== undefined)
  );
}

function uselessKeys(context: CheckContext, logins: Logins): Useless[] {
  const last = new Map<string, KeyFile>();
  if (isForRootAlone(context)) return [];
  for (const file of context.booted.keyFiles)
    if (!file.refused && file.keys.length > 0) last.set(`${file.module} ${file.user}`, file);
  const judged = [...last.values()].flatMap((file) => {
    const account = logins.accounts.get(file.user);
    return account === undefined ? [] : [{ account, file, refusal: logins.sshd.keyRefusal(account, file.path) }];
  });
  // A key of the launch that works for one account is not lost.
  const launchWorks = judged.some(({ file, refusal }) => file.module === "ssh" && refusal === undefined);
  return judged.flatMap(({ account, file, refusal }) =>
    refusal === undefined || (file.module === "ssh" && launchWorks) ? [] : [{ account, file, refusal }],
  );
}

/** The line to blame, which somebody wrote; undefined if nobody did. */
function causeOf(context: CheckContext, { refusal }: Useless): Origin | undefined {
  if (refusal.code === "not-safe" || refusal.code === "not-readable") return writerOf(context, refusal.at, undefined);
  const path = refusal.path ?? sshdConfigPath(context.booted.after);
  return path === undefined ? undefined : writerOf(context, path, refusal.line);
}

function finding(rule: Rule, context: CheckContext, logins: Logins, group: readonly Useless[]): Finding | undefined {
  const [first] = group;
  const cause = first && causeOf(context, first);
  if (first === undefined || cause === undefined) return undefined;
  const { refusal, file } = first;
  const users = [...new Set(group.map(({ file }) => file.user))];
  const isAsked = group.some(({ file }) => file.module !== "ssh");
  const loss = lossOf(context, logins);
  const { severity, confidence } = weightOf(logins, first, isAsked);
  // Photon ships "PermitRootLogin no", so without a package database this may be the package's own line.
  const isPerhapsShipped =
    refusal.code === "keyword" &&
    cause.path === sshdConfigPath(context.image) &&
    context.evidence.ofFile(cause.path)?.strength === "weak";
  const what = isAsked ? "They let nobody in" : "No key of the launch lets anybody in";
  const message = `${sentence(refusal, file, namesOf(users))} ${what}${loss === undefined ? "" : `, and ${loss}`}. ${advice(refusal)}`;
  return {
    rule: rule.id,
    severity: isPerhapsShipped ? "info" : severity,
    confidence,
    message,
    service: sshd.name,
    module: file.module,
    losses: [],
    cause,
    evidence: evidenceOfFile(context, cause.path),
    proveFix: noFix,
  };
}

/** An error unless the refusal may be intended: somebody else can log in, and nobody asked for these keys. */
function weightOf(
  logins: Logins,
  { account, refusal }: Useless,
  isAsked: boolean,
): { severity: Severity; confidence: Confidence } {
  const commands = logins.sshd.values("AuthorizedKeysCommand", account);
  if (refusal.code === "file-not-read" && commands.some(({ value }) => value !== "none"))
    return { severity: "warning", confidence: "likely" };
  const confidence = "certain";
  if (isAsked || refusal.code !== "keyword" || !somebodyBecomesRoot(logins)) return { severity: "error", confidence };
  // Somebody else can become root: the image may keep the default user out on purpose.
  const isList = /^(Allow|Deny)|^PermitRootLogin$/.test(refusal.keyword);
  return { severity: isList ? "info" : "warning", confidence };
}

function sentence(refusal: Refusal, { path }: KeyFile, users: string): string {
  const keys = `the SSH keys that cloud-init writes for ${users}`;
  switch (refusal.code) {
    case "file-not-read":
      return `sshd does not read ${keys}: AuthorizedKeysFile is ${refusal.value}, but the keys are in ${path}.`;
    case "not-safe":
      return `sshd does not accept ${keys} in ${path}: other users can change ${refusal.at} (mode ${refusal.mode}), and StrictModes is on.`;
    case "not-readable":
      return `sshd does not read ${keys} in ${path}: ${users} cannot read ${refusal.at} (mode ${refusal.mode}).`;
    case "locked":
      return `sshd does not accept ${keys}: the account is locked, and without PAM (UsePAM no) sshd refuses locked accounts.`;
    case "keyword":
      return `sshd does not accept ${keys}: ${refusal.keyword} is "${refusal.value}".`;
  }
}

function advice(refusal: Refusal): string {
  switch (refusal.code) {
    case "file-not-read":
      return "Add .ssh/authorized_keys to AuthorizedKeysFile.";
    case "not-safe":
    case "not-readable":
      return `Correct the mode and the owner of ${refusal.at}.`;
    case "locked":
      return "Set UsePAM to yes.";
    case "keyword":
      return `Change ${refusal.keyword}, or give the keys to an account that may log in.`;
  }
}
