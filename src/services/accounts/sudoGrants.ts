import type { Image } from "../../image/image.ts";
import { readSudoStatements, rulesIn, type SudoStatement, splitSudoList, userListEnd } from "./sudo.ts";

/** An account as sudo identifies it. */
export interface SudoAccount {
  readonly name: string;
  readonly uid?: string;
  /** Its groups, including the primary one: the name of each, and its number as "#1000". */
  readonly groups: readonly string[];
}

/** One command of a rule. */
interface SudoCommand {
  /** As written, including "ALL" or a leading "!". */
  readonly command: string;
  readonly asRoot: boolean;
  /** PASSWD or NOPASSWD; undefined without either tag. */
  readonly asks: boolean | undefined;
}

/** A sudoers(5) rule for one user, group or alias. */
export interface SudoGrant {
  /** One member of its user list: a name, %group, #uid, %#gid, an alias or ALL, possibly with a leading "!". */
  readonly subject: string;
  /** The rule's whole user list, which may exclude some users: "ALL, !debian". */
  readonly users: readonly string[];
  /** The rule without its user list, on one line. */
  readonly text: string;
  readonly path: string;
  readonly line: number;
  readonly commands: readonly SudoCommand[];
}

/** A `Defaults` entry for everybody or for some users, with its parameters as written. */
export interface SudoDefaults {
  /** Its list of users, %groups and aliases; undefined for all users. */
  readonly users: readonly string[] | undefined;
  readonly parameters: readonly string[];
  readonly path: string;
  readonly line: number;
}

/** The content of sudoers(5). Rules are in their order; the last one that matches counts. */
export interface Sudoers {
  readonly grants: readonly SudoGrant[];
  readonly defaults: readonly SudoDefaults[];
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads /etc/sudoers with its includes. Rules for a single host count as rules for this one.
 * @throws UnreadableService if the includes are too large.
 */
export function readSudoers(image: Image): Sudoers {
  const statements = readSudoStatements(image);
  return {
    grants: statements.flatMap(grantsOf),
    defaults: statements.flatMap(defaultsOf),
    aliases: new Map(statements.flatMap(aliasesOf)),
  };
}

function grantsOf(statement: SudoStatement): SudoGrant[] {
  const rules = rulesIn(statement);
  const users = rules.map(({ key }) => key.slice("sudo ".length));
  const { path, line } = statement;
  return rules.map(({ value: text }, index) => {
    return { subject: users[index]!, users, text, path, line, commands: commandsOf(text) };
  });
}

/** sudo's decision for an account that runs a command as root: the rule that counts, and whether sudo asks for a password. */
export interface SudoAnswer {
  readonly grant: SudoGrant;
  readonly asksPassword: boolean;
}

/** @param command a path, or "ALL" for every command; @returns undefined if sudo refuses. */
export function sudoAnswer(sudoers: Sudoers, account: SudoAccount, command: string): SudoAnswer | undefined {
  let answer: SudoAnswer | undefined;
  for (const grant of sudoers.grants) {
    if (!names(sudoers, grant.users, account)) continue;
    for (const { command: allowed, asRoot, asks } of grant.commands) {
      const denied = allowed.startsWith("!");
      const pattern = denied ? allowed.slice(1).trim() : allowed;
      if (!asRoot || (pattern !== "ALL" && pattern !== command)) continue;
      answer = denied ? undefined : { grant, asksPassword: asks ?? authenticates(sudoers, account) };
    }
  }
  return answer;
}

/** How deep aliases of aliases are followed; people write two or three levels. */
const DEEPEST = 500;

/** Whether a list of users, %groups and aliases includes an account: the last member that matches it decides. */
export function names({ aliases }: Sudoers, users: readonly string[], account: SudoAccount): boolean {
  // Aliases can refer to each other, and many rules to one of them.
  const answers = new Map<string, boolean | undefined>();
  const answerOf = (alias: string, list: readonly string[], depth: number) => {
    if (answers.has(alias)) return answers.get(alias);
    answers.set(alias, undefined);
    const answer = depth > DEEPEST ? undefined : lastWord(list, depth);
    answers.set(alias, answer);
    return answer;
  };
  const lastWord = (list: readonly string[], depth: number): boolean | undefined => {
    for (const written of list.toReversed()) {
      const [, negations = "", member = ""] = /^([!\s]*)(.*)$/s.exec(written) ?? [];
      const alias = aliases.get(member);
      const answer = alias === undefined ? isMeant(member, account) || undefined : answerOf(member, alias, depth + 1);
      if (answer !== undefined) return answer !== (negations.replaceAll(/\s/g, "").length % 2 === 1);
    }
    return undefined;
  };
  return lastWord(users, 0) === true;
}

function isMeant(member: string, { name, uid, groups }: SudoAccount): boolean {
  if (member.startsWith("%")) return groups.includes(member.slice(1));
  return member === "ALL" || member === name || (uid !== undefined && member === `#${uid}`);
}

/** Whether a `Defaults` line applies to an account. */
export function concernsAccount(sudoers: Sudoers, { users }: SudoDefaults, account: SudoAccount): boolean {
  return users === undefined || names(sudoers, users, account);
}

/** Whether an account's rules without a tag ask for a password: they do unless `Defaults !authenticate` applies. */
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

/** Splits at commas that are neither escaped nor in parentheses. */
function splitCommands(list: string): string[] {
  return (list.match(/(?:\\.|\([^()]*\)|[^,\\(]|\()+/gs) ?? []).filter((part) => part.trim() !== "");
}

function defaultsOf({ text, path, line }: SudoStatement): SudoDefaults[] {
  const [, colon, rest] = /^Defaults(?:(:)\s*|\s+)(\S.*)$/s.exec(text) ?? [];
  if (rest === undefined) return [];
  const end = colon === undefined ? 0 : userListEnd(rest);
  const parameters = splitSudoList(rest.slice(end)).map((parameter) => parameter.replace(/\s*=\s*/, "="));
  const users = colon === undefined ? undefined : splitSudoList(rest.slice(0, end));
  return [{ users, parameters, path, line }];
}

function aliasesOf({ text }: SudoStatement): [string, readonly string[]][] {
  const list = /^User_Alias\s+(.*)$/s.exec(text)?.[1];
  return (list ?? "").split(/\s:\s/).flatMap((one): [string, readonly string[]][] => {
    const [, name, members] = /^\s*(\w+)\s*=\s*(.*)$/s.exec(one) ?? [];
    return name === undefined ? [] : [[name, splitSudoList(members!)]];
  });
}
