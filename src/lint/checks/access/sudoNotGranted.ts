import { findPair } from "../../../config/merge.ts";
import type { Origin } from "../../../image/origin.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { names, readSudoers, type SudoGrant, sudoAnswer } from "../../../services/accounts/sudoGrants.ts";
import { accounts } from "../../../services/accounts.ts";
import type { SshAccount } from "../../../services/sshd/admission.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext, noFix } from "../check.ts";
import { evidenceOfFile } from "../configuration/about.ts";
import {
  accountsAreUnknown,
  isSomebodys,
  launchIsKnown,
  loginsAfter,
  lossOf,
  namesOf,
  requestedUsers,
  scriptsOf,
  writerOf,
} from "./access.ts";

/** A request for sudo that comes to nothing. */
interface LostSudo {
  readonly account: SshAccount;
  /** The line that asks for it. */
  readonly request: Origin;
  /** The rule that counts instead; undefined if sudo does not read the requested one or is missing. */
  readonly instead: SudoGrant | undefined;
  /** The program that the image lacks. */
  readonly missing?: Program;
  readonly cause: Origin;
}

type Program = "sudo" | "doas";

const RULES = "/etc/sudoers.d/90-cloud-init-users";

/** Finds users for whom the configuration asks for sudo and who cannot use it after the boot. */
export function sudoNotGranted(rule: Rule, context: CheckContext): Finding[] {
  const logins = loginsAfter(context);
  if (logins === undefined) return [];
  const loss = lossOf(context, logins);
  return atMost(lostSudo(context), ({ account: { name }, instead, missing, cause, request }) => {
    const isRootless = loss?.startsWith("nobody can become root") === true;
    if (missing !== undefined) return notInstalled(rule, name, missing, cause, isRootless);
    const why =
      instead === undefined
        ? `sudo does not read ${RULES}, to which cloud-init writes the rule`
        : `the rule "${instead.subject} ${instead.text}" (${instead.path}:${instead.line}) counts, since it comes later; it ${forbids(instead) ? "forbids the command" : "asks for a password, which the account does not have"}`;
    const asks = instead !== undefined && !forbids(instead);
    // A launch may give the account a password; a rule for this very account expects that.
    const mayHavePassword = asks && !launchIsKnown(context);
    const consequence = isRootless ? " Nobody can become root." : "";
    return {
      rule: rule.id,
      severity: mayHavePassword && instead.subject === name ? "info" : rule.severity,
      confidence: mayHavePassword ? "likely" : "certain",
      message: `${name} cannot use sudo, although ${request.path}:${request.line} requests it: ${why}.${consequence} Move the rule before the line that includes ${RULES}, or remove it.`,
      service: accounts.name,
      module: "users_groups",
      losses: [],
      cause,
      evidence: evidenceOfFile(context, cause.path),
      proveFix: noFix,
    };
  });
}

/** No rule counts, since the image does not contain the program. */
function notInstalled(rule: Rule, name: string, program: Program, cause: Origin, isRootless: boolean): Finding {
  const consequence = isRootless ? " Nobody can become root." : "";
  return {
    rule: rule.id,
    severity: rule.severity,
    confidence: "certain",
    message: `${namesOf([name])} cannot use ${program}: it is not installed in the image, and the rule that cloud-init writes has no effect.${consequence} Install ${program} in the image.`,
    service: accounts.name,
    module: "users_groups",
    losses: [],
    cause,
    evidence: `no package ${program} is installed`,
    proveFix: noFix,
  };
}

function forbids({ commands }: SudoGrant): boolean {
  return commands.some(({ command }) => command.startsWith("!"));
}

const known = new WeakMap<CheckContext, LostSudo[]>();

/** The requests for sudo that come to nothing, and whose cause is somebody's own line. */
export function lostSudo(context: CheckContext): readonly LostSudo[] {
  const found = known.get(context) ?? findLost(context);
  known.set(context, found);
  return found;
}

function findLost(context: CheckContext): LostSudo[] {
  const logins = loginsAfter(context);
  if (logins === undefined || accountsAreUnknown(context)) return [];
  const asked = (key: Program) =>
    requestedUsers(context).flatMap(({ name, attributes }) => {
      const pair = findPair(attributes, key);
      const account = logins.accounts.get(name);
      return pair === undefined || account === undefined || !truthy(pair.value) || hasUnknown(name)
        ? []
        : [{ account, request: originOf(pair), asks: pyStr(pair.value) }];
    });
  const isInstalledLater = scriptsOf(context) === "about access" || installsAtLaunch(context);
  const missing = (["sudo", "doas"] as const).filter((program) => logins.missing.has(program) && !isInstalledLater);
  const lacking = missing.flatMap((program) =>
    asked(program)
      .filter(({ account, asks }) => /ALL|\bpermit\b/.test(asks) && !logins.becomesRoot(account))
      .map(
        ({ account, request }): LostSudo => ({
          account,
          request,
          cause: request,
          instead: undefined,
          missing: program,
        }),
      ),
  );
  if (logins.missing.has("sudo")) return lacking;
  return [...lacking, ...notCounting(context, asked("sudo"))];
}

/** Whether a package or a command of the launch may install sudo or doas. */
function installsAtLaunch({ booted: { config, cloud } }: CheckContext): boolean {
  const keys = ["packages", "runcmd", "bootcmd", "snap", "ansible"].map((key) =>
    JSON.stringify(config.get(key) ?? null),
  );
  const isScript = [cloud.userData, cloud.vendorData].some((file) => /^#!/m.test(file?.bytes.toString("utf8") ?? ""));
  return isScript || keys.some((text) => /\b(sudo|doas|opendoas)\b/.test(text));
}

interface Request {
  readonly account: SshAccount;
  readonly request: Origin;
}

/** The requests whose rules sudo does not read, or reads before others. */
function notCounting(context: CheckContext, requests: readonly Request[]): LostSudo[] {
  if (requests.length === 0) return [];
  const sudoers = readSudoers(context.booted.after);
  return requests.slice(0, MOST).flatMap(({ account, request }) => {
    const granted = sudoers.grants.filter(({ subject, path }) => subject === account.name && path === RULES);
    if (granted.length === 0) {
      const cause = writerOf(context, "/etc/sudoers", 1) ?? (isSomebodys(context, request.path) ? request : undefined);
      return cause === undefined || context.booted.after.stat(RULES) === undefined
        ? []
        : [{ account, request, instead: undefined, cause }];
    }
    for (const { commands } of granted)
      for (const { command, asks } of commands) {
        if (command.startsWith("!")) continue;
        const answer = sudoAnswer(sudoers, account, command);
        if (answer !== undefined && (!answer.asksPassword || account.hasPassword)) continue;
        // What asks for a password itself is as requested.
        if (asks !== false && answer !== undefined) continue;
        const instead =
          answer?.grant ??
          sudoers.grants.findLast((grant) =>
            grant.commands.some((one) => one.command.startsWith("!") && names(sudoers, grant.users, account)),
          );
        const cause = instead && writerOf(context, instead.path, instead.line);
        if (cause !== undefined) return [{ account, request, instead, cause }];
      }
    return [];
  });
}

/** The number of requests that are compared with all rules. */
const MOST = 100;
