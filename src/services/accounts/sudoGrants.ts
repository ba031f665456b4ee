import type { Image } from "../../image/image.ts";
import { readSudoStatements, rulesIn, type SudoStatement, splitSudoList } from "./sudo.ts";

/** Who an account is to sudo. */
export interface SudoAccount {
  readonly name: string;
  readonly uid?: string;
  /** Names of its groups, the primary one among them. */
  readonly groups: readonly string[];
}

/** One command of a rule. */
interface SudoCommand {
  /** As it is written, "ALL" or with "!" in front included. */
  readonly command: string;
  readonly asRoot: boolean;
  /** PASSWD or NOPASSWD; undefined where neither stands there. */
  readonly asks: boolean | undefined;
}

/** A rule of sudoers(5) for one user, group or alias. */
export interface SudoGrant {
  /** A name, %group, #uid, %#gid, an alias or ALL. */
  readonly subject: string;
  /** The rule without its list of users, in one line. */
  readonly text: string;
  readonly path: string;
  readonly line: number;
  readonly commands: readonly SudoCommand[];
}

/** What `Defaults` sets for everybody or for some users: the parameters as they are written. */
export interface SudoDefaults {
  /** Users, %groups and aliases; undefined for everybody. */
  readonly subjects: readonly string[] | undefined;
  readonly parameters: readonly string[];
  readonly path: string;
  readonly line: number;
}

/** What sudoers(5) allows whom. Rules are in their order; the last one that matches counts. */
export interface Sudoers {
  readonly grants: readonly SudoGrant[];
  readonly defaults: readonly SudoDefaults[];
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads /etc/sudoers and all that it includes. Rules for a single host count as rules for this one.
 * @throws UnreadableService where that is too much.
 */
export function readSudoers(image: Image): Sudoers {
  const statements = readSudoStatements(image);
  return {
    grants: statements.flatMap(rulesIn).map(({ key, value, path = "", line = 1 }) => ({
      subject: key.slice("sudo ".length),
      text: value,
      path,
      line,
      commands: commandsOf(value),
    })),
    defaults: statements.flatMap(defaultsOf),
    aliases: new Map(statements.flatMap(aliasesOf)),
  };
}

/** What sudo makes of an account that asks to run a command as root: the rule that counts, and whether it asks. */
export interface SudoAnswer {
  readonly grant: SudoGrant;
  readonly asksPassword: boolean;
}

/** @param command a path, or "ALL" for every command; @returns undefined where sudo refuses. */
export function sudoAnswer(sudoers: Sudoers, account: SudoAccount, command: string): SudoAnswer | undefined {
  let answer: SudoAnswer | undefined;
  for (const grant of sudoers.grants) {
    if (!names(sudoers, grant.subject, account)) continue;
    for (const { command: allowed, asRoot, asks } of grant.commands) {
      const denied = allowed.startsWith("!");
      const pattern = denied ? allowed.slice(1).trim() : allowed;
      if (!asRoot || (pattern !== "ALL" && pattern !== command)) continue;
      answer = denied ? undefined : { grant, asksPassword: asks ?? authenticates(sudoers, account) };
    }
  }
  return answer;
}

/** Whether a user list's member, %group or alias means an account. */
export function names({ aliases }: Sudoers, subject: string, { name, uid, groups }: SudoAccount): boolean {
  const members = aliases.get(subject) ?? [subject];
  return members.some(
    (member) =>
      member === "ALL" ||
      member === name ||
      (uid !== undefined && member === `#${uid}`) ||
      (member.startsWith("%") && groups.includes(member.slice(1))),
  );
}

/** Whether a `Defaults` line is about an account. */
export function concernsAccount(sudoers: Sudoers, { subjects }: SudoDefaults, account: SudoAccount): boolean {
  return subjects === undefined || subjects.some((subject) => names(sudoers, subject, account));
}

/** Whether an account's rules without a tag ask for a password: unless `Defaults !authenticate` says otherwise. */
function authenticates(sudoers: Sudoers, account: SudoAccount): boolean {
  const last = sudoers.defaults
    .filter((defaults) => concernsAccount(sudoers, defaults, account))
    .flatMap(({ parameters }) => parameters)
    .findLast((parameter) => /^!?authenticate$/.test(parameter));
  return last !== "!authenticate";
}

const TAG = /^(NO)?(PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)\s*:\s*/;
const OPTION = /^(ROLE|TYPE|APPARMOR_PROFILE|PRIVS|LIMITPRIVS|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER)=\S+\s*/;

/** The commands of a rule such as `ALL=(ALL) NOPASSWD: /bin/a, /bin/b : host2 = /bin/c`. */
function commandsOf(rule: string): SudoCommand[] {
  const sections = rule.replace(/([A-Z_]{4,})\s+:/g, "$1:").split(/\s:\s/);
  return sections.flatMap((section) => {
    let asRoot = true;
    let asks: boolean | undefined;
    return splitCommands(section.slice(section.indexOf("=") + 1)).map((part) => {
      let rest = part.trim();
      const runas = /^\(([^)]*)\)\s*/.exec(rest);
      if (runas !== null) {
        asRoot = /(^|[\s,])(root|ALL|#0)($|[\s,])/.test(runas[1]!.split(":", 1)[0]!);
        rest = rest.slice(runas[0].length);
      }
      for (
        let found = TAG.exec(rest) ?? OPTION.exec(rest);
        found !== null;
        found = TAG.exec(rest) ?? OPTION.exec(rest)
      ) {
        if (found[2] === "PASSWD") asks = found[1] === undefined;
        rest = rest.slice(found[0].length);
      }
      return { command: rest, asRoot, asks };
    });
  });
}

/** At commas that are neither escaped nor in parentheses. */
function splitCommands(list: string): string[] {
  return (list.match(/(?:\\.|\([^)]*\)|[^,\\(]|\()+/gs) ?? []).filter((part) => part.trim() !== "");
}

function defaultsOf({ text, path, line }: SudoStatement): SudoDefaults[] {
  const [, scope, list] = /^Defaults(?:(:\s*\S+)|(?=\s))\s+(.*)$/s.exec(text) ?? [];
  if (list === undefined) return [];
  const parameters = splitSudoList(list).map((parameter) => parameter.replace(/\s*=\s*/, "="));
  return [{ subjects: scope === undefined ? undefined : splitSudoList(scope.slice(1)), parameters, path, line }];
}

function aliasesOf({ text }: SudoStatement): [string, readonly string[]][] {
  const list = /^User_Alias\s+(.*)$/s.exec(text)?.[1];
  return (list ?? "").split(/\s:\s/).flatMap((one): [string, readonly string[]][] => {
    const [, name, members] = /^\s*(\w+)\s*=\s*(.*)$/s.exec(one) ?? [];
    return name === undefined ? [] : [[name, splitSudoList(members!)]];
  });
}
