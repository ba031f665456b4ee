import type { Image } from "../../image/image.ts";
import { Includes } from "../includes.ts";
import { type Line, readStatements, words } from "../lines.ts";
import type { Setting } from "../service.ts";

/** One sudoers(5) statement, with continued lines joined and without its comment, and the line on which it begins. */
export interface SudoStatement {
  readonly text: string;
  readonly path: string;
  readonly line: number;
}

/** The statements of /etc/sudoers with its includes, in sudo's order. @throws UnreadableService if they are too large. */
export function readSudoStatements(image: Image): SudoStatement[] {
  const main = ["/etc/sudoers", "/usr/etc/sudoers"].find((path) => image.stat(path)?.kind === "file");
  return main === undefined ? [] : statementsOf(new Includes(image, main), main, new Set());
}

/**
 * The rules of sudoers(5) and doas.conf(5), each under "sudo <whom>" or "doas <whom>": a user, %group or alias. A rule
 * for several of them becomes one setting for each.
 * @throws UnreadableService if sudoers includes too much.
 */
export function readPrivilegeRules(image: Image): Setting[] {
  return [...readSudoStatements(image).flatMap(rulesIn), ...doasRules(image)];
}

/** The rule of a statement, once for each user that it names; none if it is not a rule. */
export function rulesIn({ text, path, line }: SudoStatement): Setting[] {
  if (/^(Defaults([\s@:!>]|$)|(User|Runas|Host|Cmnd|Cmd)_Alias\s)/.test(text)) return [];
  const end = userListEnd(text);
  const value = words(text.slice(end)).join(" ");
  const users = splitSudoList(text.slice(0, end));
  return value.includes("=") ? users.map((user) => ({ key: `sudo ${user}`, value, path, line })) : [];
}

/** `read`: files and directories that are not read again, since files can include each other. */
function statementsOf(includes: Includes, path: string, read: Set<string>): SudoStatement[] {
  if (read.has(path)) return [];
  read.add(path);
  return joinedLines(includes.lines(path)).flatMap(({ text, number }) => {
    const included = /^[#@](include|includedir)\s+(\S.*)$/.exec(text.trim());
    if (included !== null)
      return includedPaths(includes, path, included, read).flatMap((one) =>
        includes.nested(one, () => statementsOf(includes, one, read)),
      );
    const statement = withoutComment(text).trim();
    return statement === "" ? [] : [{ text: statement, path, line: number }];
  });
}

/** Joins lines: a trailing backslash continues a line on the next. */
function joinedLines(lines: readonly Line[]): Line[] {
  const joined: { parts: string[]; number: number }[] = [];
  let continues = false;
  for (const { text, number } of lines) {
    const part = text.endsWith("\\") ? text.slice(0, -1) : text;
    if (continues) joined.at(-1)!.parts.push(part.trimStart());
    else joined.push({ parts: [part], number });
    continues = text.endsWith("\\");
  }
  return joined.map(({ parts, number }) => ({ text: parts.join(""), number }));
}

function includedPaths(
  includes: Includes,
  from: string,
  [, directive, target]: RegExpExecArray,
  read: Set<string>,
): string[] {
  const name = target!.trim().replace(/^"(.*)"$/, "$1");
  const path = name.startsWith("/") ? name : `${from.slice(0, from.lastIndexOf("/"))}/${name}`;
  if (directive === "include") return [path];
  if (read.has(path)) return [];
  read.add(path);
  const files = includes.list(path).filter((file) => !file.includes(".") && !file.endsWith("~"));
  return files.map((file) => `${path}/${file}`);
}

/** Removes a comment: `#` begins one except in quotes, after a backslash, or before digits, where it is a user id. */
function withoutComment(text: string): string {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (text[i] === "#" && !quoted && !/[0-9]/.test(text[i + 1] ?? "")) return text.slice(0, i);
  }
  return text;
}

/** The end of the user list: the first blank that is not next to a comma, in quotes, or after a backslash. */
export function userListEnd(rule: string): number {
  let quoted = false;
  let last = "";
  for (let i = 0; i < rule.length; i++) {
    const character = rule[i]!;
    if (character === "\\") i++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(character)) {
      let next = i;
      while (next < rule.length && /\s/.test(rule[next]!)) next++;
      if (last !== "," && last !== "!" && rule[next] !== ",") return i;
      i = next - 1;
      continue;
    }
    last = character;
  }
  return rule.length;
}

/** The members of a comma-separated list, without quotes and backslashes. */
export function splitSudoList(list: string): string[] {
  const parts = list.match(/(?:\\.|"[^"]*"?|[^,\\"])+/gs) ?? [];
  return parts.map((part) => part.trim().replace(/\\(.)|"/gs, "$1")).filter((part) => part !== "");
}

const DOAS_OPTIONS = new Set(["nopass", "nolog", "persist", "keepenv"]);

function doasRules(image: Image): Setting[] {
  const parts = image.list("/etc/doas.d").filter((name) => name.endsWith(".conf"));
  return ["/etc/doas.conf", ...parts.map((name) => `/etc/doas.d/${name}`)].flatMap((path) =>
    readStatements(image, path).flatMap(({ text, number }) => {
      const rule = words(text.split("#", 1)[0]!);
      // setenv { ... } is the only option with an argument.
      const close = rule.includes("setenv") ? rule.indexOf("}") : 0;
      const identity = rule.slice(Math.max(close, 0) + 1).find((word) => !DOAS_OPTIONS.has(word));
      return identity === undefined ? [] : [{ key: `doas ${identity}`, value: rule.join(" "), path, line: number }];
    }),
  );
}
