import type { OpensshVersion } from "./version.ts";

/** One line of sshd_config, split but not interpreted. */
export interface SshdLine {
  /** The keyword, as spelled in the file. */
  readonly keyword: string;
  readonly args: readonly string[];
  /** The raw text after the keyword, for keywords that use it unchanged. */
  readonly rest: string;
}

const BLANK = " \t\r\n";

/**
 * Splits a line of sshd_config as that version of sshd does (strdelim and argv_split in misc.c); undefined for a blank
 * line, a comment, and a line that sshd rejects: no argument, or an unclosed quote.
 */
export function splitLine(text: string, version: OpensshVersion): SshdLine | undefined {
  let line = cutAt(text, "\0");
  if (version < 807) line = cutAt(line, "#"); // in quotes, too
  line = trim(line, BLANK, `${BLANK}\f`);
  let cut = cutWord(line, true);
  if (cut?.word === "" && cut.rest !== undefined) cut = cutWord(cut.rest, true);
  if (cut === undefined || cut.word === "" || cut.word.startsWith("#") || !cut.rest) return undefined;
  const args = version < 807 ? oldArguments(cut.word, cut.rest) : splitArguments(cut.rest);
  return args && { keyword: cut.word, args, rest: trim(cut.rest, BLANK, "") };
}

/** The arguments of a Match line; versions before 9.9 split it as versions before 8.7 split every line. */
export function matchArguments(line: SshdLine, version: OpensshVersion): readonly string[] {
  if (version >= 909) return line.args;
  const args = oldArguments(line.keyword, line.rest);
  const comment = args.findIndex((arg) => arg.startsWith("#"));
  return comment === -1 ? args : args.slice(0, comment);
}

/** Words separated by blanks or one `=`, except for SetEnv, whose words contain that sign. */
function oldArguments(keyword: string, rest: string): string[] {
  const args: string[] = [];
  const splitAtEquals = keyword.toLowerCase() !== "setenv";
  for (
    let cut = cutWord(rest, splitAtEquals);
    cut?.word;
    cut = cut.rest === undefined ? undefined : cutWord(cut.rest, splitAtEquals)
  ) {
    args.push(cut.word);
  }
  return args;
}

/** The first word and the rest (undefined at the end of the line); undefined for an unclosed quote. */
function cutWord(text: string, splitAtEquals: boolean): { word: string; rest: string | undefined } | undefined {
  const end = text.search(splitAtEquals ? /[ \t\r\n"=]/ : /[ \t\r\n"]/);
  if (end === -1) return { word: text, rest: undefined };
  if (text[end] === '"') {
    const close = text.indexOf('"', end + 1);
    if (close === -1) return undefined;
    return { word: text.slice(0, end) + text.slice(end + 1, close), rest: trim(text.slice(close + 1), BLANK, "") };
  }
  let rest = trim(text.slice(end + 1), BLANK, "");
  if (splitAtEquals && text[end] !== "=" && rest.startsWith("=")) rest = trim(rest.slice(1), BLANK, "");
  return { word: text.slice(0, end), rest };
}

/** Words separated by blanks and tabs, with either kind of quotes and a few escapes; undefined for an unclosed quote. */
function splitArguments(text: string): string[] | undefined {
  const args: string[] = [];
  let i = 0;
  while (i < text.length) {
    if (text[i] === " " || text[i] === "\t") {
      i++;
      continue;
    }
    if (text[i] === "#") break;
    let word = "";
    let quote: string | undefined;
    for (; i < text.length; i++) {
      const character = text[i]!;
      const next = text[i + 1];
      if (character === "\\" && next !== undefined && (`'"\\`.includes(next) || (next === " " && !quote)))
        word += text[++i];
      else if (quote !== undefined && character === quote) quote = undefined;
      else if (quote !== undefined) word += character;
      else if (character === " " || character === "\t") break;
      else if (character === '"' || character === "'") quote = character;
      else word += character;
    }
    if (quote !== undefined) return undefined;
    args.push(word);
  }
  return args;
}

function cutAt(text: string, mark: string): string {
  const end = text.indexOf(mark);
  return end === -1 ? text : text.slice(0, end);
}

/** Without the characters of `left` at the start and of `right` at the end. */
function trim(text: string, left: string, right: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && left.includes(text[start]!)) start++;
  while (end > start && right.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}
