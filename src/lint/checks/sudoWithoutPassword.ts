import type { Image } from "../../image/image.ts";
import { hasUnknown } from "../../image/unknown.ts";
import {
  concernsAccount,
  names,
  readSudoers,
  type SudoAccount,
  type Sudoers,
  type SudoGrant,
  sudoAnswer,
} from "../../services/accounts/sudoGrants.ts";
import { accounts } from "../../services/accounts.ts";
import type { Service, Setting } from "../../services/service.ts";
import { sudoAccounts } from "../accountsOf.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { moduleName } from "../sentences/settings.ts";
import { atMost, blamed, type CheckContext, severityOf, withFix } from "./check.ts";

/** Every rule of sudoers as its own setting, so that its author can be determined. */
const sudoRules: Service = {
  name: "sudo-rules",
  read: (image) =>
    readSudoers(image).grants.map((grant) => ({
      key: identity(grant),
      value: grant.text,
      path: grant.path,
      line: grant.line,
    })),
};

/** What in the image requires a password from an account. */
interface Demand {
  readonly path: string;
  readonly line: number;
  /** The image's own rule for the account, if that requires the password. */
  readonly rule: string | null;
  /** A subordinate clause of the message. */
  readonly words: string;
  readonly evidence: Evidence;
}

/** Finds accounts that need no password for sudo after the boot, although the image requires one. */
export function sudoWithoutPassword(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  if (!context.settings(accounts).readable) return [];
  const [before, after] = [readSudoers(image), readSudoers(booted.after)];
  const known = new Set(before.grants.map(identity));
  const fresh = after.grants.filter(
    (grant) => !known.has(identity(grant)) && grant.commands.some(({ asks }) => asks === false),
  );
  if (fresh.length === 0) return [];
  const accountsAfter = sudoAccounts(booted.after);
  return atMost(fresh, (grant) => {
    for (const account of subjectsOf(grant, after, accountsAfter))
      for (const { command, asks } of grant.commands) {
        // The last rule counts, which may be the image's own.
        if (asks !== false || sudoAnswer(after, account, command)?.asksPassword !== false) continue;
        if (sudoAnswer(before, account, command)?.asksPassword === false) continue;
        const demand = demandOf(before, account, command, context);
        if (demand !== undefined) return finding(rule, context, grant, account, command, demand);
      }
    return undefined;
  });
}

function identity({ subject, text }: SudoGrant): string {
  return `${subject} ${text}`;
}

/** The accounts that one member of a rule's list of users refers to. */
function subjectsOf(
  { subject, users }: SudoGrant,
  sudoers: Sudoers,
  known: ReadonlyMap<string, SudoAccount>,
): readonly SudoAccount[] {
  if (hasUnknown(subject)) return [{ name: subject, groups: [] }];
  return [...known.values()].filter((account) => names(sudoers, [subject], account) && names(sudoers, users, account));
}

/** What in the image requires a password from this account: a rule for it, a line of Defaults, or its own password. */
function demandOf(
  sudoers: Sudoers,
  account: SudoAccount,
  command: string,
  { evidence, image, settings }: CheckContext,
): Demand | undefined {
  const customised = (setting: Setting) => {
    const found = evidence.of(accounts, setting);
    return found === undefined || found.strength === "weak" ? undefined : found;
  };
  for (const { subject, users, text, path, line, commands } of sudoers.grants.toReversed()) {
    const asks = commands.some((one) => one.asks !== false && overlaps(one.command, command));
    if (!asks || !names(sudoers, [subject], account) || !names(sudoers, users, account)) continue;
    const found = customised({ key: `sudo ${subject}`, value: text, path, line });
    if (found === undefined) continue;
    const words = `although ${path}:${line} requires one`;
    return { path, line, rule: subject === account.name ? text : null, words, evidence: found };
  }
  for (const defaults of sudoers.defaults) {
    const { parameters, path, line } = defaults;
    const strict = parameters.find(asksForPassword);
    if (strict === undefined || !concernsAccount(sudoers, defaults, account)) continue;
    const found = customised({ key: "sudo Defaults", value: strict, path, line });
    const words = `although ${strict} (${path}:${line}) requires one`;
    if (found !== undefined) return { path, line, rule: null, words, evidence: found };
  }
  const key = `user ${account.name} password`;
  const password = settings(accounts).before.find((setting) => setting.key === key);
  if (password?.path === undefined || !password.value.startsWith("set") || image.stat(password.path) === undefined)
    return undefined;
  const found = customised(password);
  const { path, line = 1 } = password;
  const words = `although the account has one (${path}:${line})`;
  return found && { path, line, rule: null, words, evidence: found };
}

function overlaps(one: string, other: string): boolean {
  return !one.startsWith("!") && (one === other || one === "ALL" || other === "ALL");
}

/** Whether a parameter of Defaults makes sudo ask more often than by default (5 to 15 minutes) or for another password. */
function asksForPassword(parameter: string): boolean {
  const [, minutes] = /^timestamp_timeout=([\d.]+)$/.exec(parameter) ?? [];
  return minutes === undefined ? /^(authenticate|rootpw|runaspw|targetpw)$/.test(parameter) : Number(minutes) < 5;
}

function finding(
  rule: Rule,
  context: CheckContext,
  grant: SudoGrant,
  account: SudoAccount,
  command: string,
  demand: Demand,
): Finding {
  const { path = "", line = 1 } = grant;
  const { blame } = context.responsible(sudoRules, identity(grant), {
    key: identity(grant),
    value: grant.text,
    path,
    line,
  });
  const confidence = hasUnknown(grant.subject) ? "likely" : "certain";
  const who = account.name.replace(/<<unknown:(.*?)>>/gs, "($1)");
  const subject = grant.subject.replace(/<<unknown:(.*?)>>/gs, "($1)");
  return withFix(
    {
      rule: rule.id,
      severity: severityOf(rule, demand.evidence, confidence),
      confidence,
      message: `${who} may use sudo without a password, ${demand.words}: ${moduleName(blame.module)} adds "${subject} ${grant.text}" to ${path}.`,
      service: accounts.name,
      ...blamed(blame),
      losses: [
        {
          path: demand.path,
          line: demand.line,
          setting: `sudo ${grant.subject}`,
          before: demand.rule,
          after: grant.text,
        },
      ],
      evidence: demand.evidence.text,
    },
    () => context.fix(rule, blame.cause, {}, (image) => asks(image, account, command)),
  );
}

/** Whether the account needs a password to run a command in an image, or may not run it at all. */
function asks(image: Image, { name }: SudoAccount, command: string): boolean {
  const account = sudoAccounts(image).get(name) ?? { name, groups: [] };
  return sudoAnswer(readSudoers(image), account, command)?.asksPassword !== false;
}
