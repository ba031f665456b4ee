import { yamlComments } from "../../python/yaml/comments.ts";
import { nearest } from "../nearest.ts";
import { ruleNamed, ruleNames } from "../rules/catalogue.ts";
import { MOST_NAMED } from "../sentences/lists.ts";

/** What all comments for this program begin with. */
export const MARK = "cloud-init-lint:";

/** A comment that ignores findings: `# cloud-init-lint: ignore[rule-id, ...] reason`, or `ignore-file[...]`. */
export interface IgnoreComment {
  readonly path: string;
  /** Where the comment is, from 1. */
  readonly line: number;
  readonly column: number;
  /** The ids of the rules, without those that do not exist. */
  readonly rules: readonly string[];
  readonly reason: string | null;
  /** The lines that it is about: from this one to the one before `to`; none if the comment is invalid. */
  readonly from: number;
  readonly to: number;
  /** Whether it is about a whole file, or a whole part of one: findings without a line as well. */
  readonly isWide: boolean;
  /** What is wrong with it, as sentences. */
  readonly mistakes: readonly string[];
}

/** A text with comments, and where it is in a file. */
export interface CommentedText {
  readonly text: string;
  readonly path: string;
  readonly language: "yaml" | "other";
  /** The line of the file on which the text begins, and its indentation. */
  readonly line: number;
  readonly indent: number;
  /** Whether its lines are lines of the file; otherwise `line` stands for all of them. */
  readonly verbatim: boolean;
  /** The line of the file behind the text. */
  readonly end: number;
}

const FORM = "# cloud-init-lint: ignore[rule-id] reason";

/** The number of comments of one text, and of names in one comment, that are read; real ones have a few. */
const MOST_COMMENTS = 100_000;
const MOST_NAMES = 100;
const LONGEST_NAME = 80;

/** The length limit for a reason, in characters: it is one line of a report. */
const LONGEST_REASON = 500;

/** The ignores in the comments of a text, in order. */
export function ignoreComments(commented: CommentedText): IgnoreComment[] {
  const { text, language, path, line, indent, verbatim, end } = commented;
  if (!text.includes(MARK)) return [];
  const lines = linesOf(text, language);
  const comments = language === "yaml" ? yamlComments(text) : { starts: [], end: 0 };
  const found: IgnoreComment[] = [];
  /** The first comment of the text that may be on the current line, or later. */
  let next = 0;
  let isTop = true;
  for (const [index, { text: content, start }] of lines.entries()) {
    while ((comments.starts[next] ?? Number.POSITIVE_INFINITY) < start) next++;
    if (found.length === MOST_COMMENTS) break;
    const at = content.indexOf(MARK);
    const place = at === -1 ? undefined : commentBefore(content, at, language);
    const isComment =
      place !== undefined && (start + place >= comments.end || (comments.starts[next] ?? text.length) <= start + place);
    const said = isComment ? content.slice(at + MARK.length).trim() : undefined;
    const directive = said === undefined ? undefined : parseDirective(said);
    if (place !== undefined && directive !== undefined) {
      const { isWide, ...rest } = directive;
      const isAlone = content.slice(0, place).trim() === "";
      const misplaced =
        isWide && !isTop ? ["ignore-file must be at the top of the file, above the first setting."] : [];
      const about = isAlone ? nextLine(lines, index) : index;
      const mistakes = [...rest.mistakes, ...misplaced];
      const range = misplaced.length > 0 ? [0, 0] : isWide ? [line, end] : [line + about, line + about + 1];
      const [from, to] = verbatim ? range : [line, end];
      const own = { line: verbatim ? line + index : line, column: (verbatim ? indent + place : 0) + 1 };
      found.push({ ...rest, path, ...own, mistakes, isWide, from: from!, to: to! });
    }
    isTop &&= isCommentOrBlank(content) || content === "---";
  }
  return found;
}

interface Line {
  readonly text: string;
  /** Its offset in the text. */
  readonly start: number;
}

function linesOf(text: string, language: CommentedText["language"]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const { index, 0: end } of text.matchAll(language === "yaml" ? /\r\n|[\r\n\x85\u2028\u2029]/g : /\r?\n/g)) {
    lines.push({ text: text.slice(start, index), start });
    start = index + end.length;
  }
  lines.push({ text: text.slice(start), start });
  return lines;
}

/** Where the comment begins whose mark is at `at`; undefined if there is no comment character before it. */
function commentBefore(line: string, at: number, language: CommentedText["language"]): number | undefined {
  const before = line.slice(0, at).trimEnd();
  const characters = language === "yaml" ? /#+$/ : /(?:#+|;+|\/\/)$/;
  const start = lastOf(before, characters);
  return start === undefined || /\S/.test(before.charAt(start - 1)) ? undefined : start;
}

function lastOf(text: string, pattern: RegExp): number | undefined {
  // Only the last word can match, so that the search takes linear time.
  const word = Math.max(text.lastIndexOf(" "), text.lastIndexOf("\t")) + 1;
  const found = pattern.exec(text.slice(word));
  return found === null ? undefined : word + found.index;
}

function isCommentOrBlank(line: string): boolean {
  return /^\s*(?:$|#|;|\/\/)/.test(line);
}

/** The line that a comment on its own line is about: the next one that is not a comment. */
function nextLine(lines: readonly Line[], index: number): number {
  let next = index + 1;
  while (next < lines.length && /^\s*(?:#|;|\/\/)/.test(lines[next]!.text)) next++;
  return next;
}

type Directive = Pick<IgnoreComment, "rules" | "reason" | "mistakes" | "isWide">;

/** What stands after the mark; undefined if that is not meant to ignore anything. */
function parseDirective(said: string): Directive | undefined {
  const [, word, list, rest = ""] = /^(ignore|ignore-file)\s*\[([^\]]*)\](.*)$/.exec(said) ?? [];
  if (word === undefined || list === undefined) {
    const [first = ""] = /^[\w-]*/.exec(said) ?? [];
    const isMeant = said.charAt(first.length) === "[" || nearest(first, ["ignore", "ignore-file"]) !== undefined;
    const mistakes = [`The comment is not understood, so that it ignores nothing. Write "${FORM}".`];
    return isMeant ? { rules: [], reason: null, mistakes, isWide: false } : undefined;
  }
  const names = list
    .split(/[\s,]+/)
    .filter((name) => name !== "")
    .slice(0, MOST_NAMES)
    .map((name) => name.slice(0, LONGEST_NAME));
  const reason = rest.replace(/^\s*(?:--?|:)?/, "").trim();
  return {
    rules: [...new Set(names.flatMap((name) => ruleNamed(name)?.id ?? []))],
    reason: reason === "" ? null : reason.slice(0, LONGEST_REASON),
    mistakes:
      names.length === 0
        ? [`The comment names no rule, so that it ignores nothing. Write "${FORM}".`]
        : names
            .filter((name) => ruleNamed(name) === undefined)
            .slice(0, MOST_NAMED)
            .map(unknownRule),
    isWide: word === "ignore-file",
  };
}

function unknownRule(name: string): string {
  const near = nearest(name, ruleNames);
  const advice = near === undefined ? '"cloud-init-lint rules" lists all' : `did you mean "${near}"?`;
  return `The rule "${name}" does not exist (${advice}).`;
}
