import { STANDARD_NAMES } from "../../boot/cloud/instanceData.ts";
import type { Excerpt } from "../../config/userData/excerpt.ts";
import type { Origin } from "../../image/origin.ts";
import { nearest } from "../nearest.ts";
import { cut } from "../schema/expected.ts";
import type { Told } from "../schema/told.ts";
import { findPlaceholders, type Placeholder } from "./placeholders.ts";

const HEADER = "## template: jinja";

/** Names that only cloud-init's own Jinja knows (handlers/jinja_template.py, 18.5 to 26.2). */
const OWN = /^\{\{-?\s*(?:ds|v1|merged_cfg|merged_system_cfg|sys_info)\s*[.[]/;
/** Keys of `v1` that are also variables of their own; other programs are less likely to have these. */
const ALIAS =
  /^\{\{-?\s*(?:availability_zone|cloud_id|cloud_name|instance_id|kernel_release|local_hostname|public_ssh_keys|subplatform)\s*[|}-]/;
/** A field in Go's templates, which commands take as the form of their output. */
const GO = /^\{\{-?\s*\./;
/** Commands that render what they are given. */
const RENDERS = /\bcloud-init\s+(?:query|devel\s+render)\b/;

/** What stands in front of a placeholder on its line makes it a comment. */
const COMMENT = /(?:^|\s)#/;

/**
 * Reports variables of cloud-init's in a text that it does not render, since the first line is not the header of a
 * template; once for a text.
 * @param isWhole whether a line can be inserted as the first one of the file
 * @param isRendered whether cloud-init renders such a file if it has the header
 */
export function unrenderedNames(content: Excerpt, isWhole: boolean, isRendered = true): Told[] {
  const { text } = content;
  if (!text.includes("{{")) return [];
  const placeholders = findPlaceholders(text, "all").filter(({ start }) =>
    /^\{[{%#]/.test(text.slice(start, start + 2)),
  );
  const lines = lineStarts(text);
  const isOwn = ({ start, end }: Placeholder) => OWN.test(text.slice(start, end)) || ALIAS.test(text.slice(start, end));
  const isComment = ({ start }: Placeholder) => COMMENT.test(text.slice(lineAt(lines, start, text).from, start));
  const found = placeholders.filter((one) => {
    const { from, to } = lineAt(lines, one.start, text);
    return isOwn(one) && !isComment(one) && !RENDERS.test(text.slice(from, to));
  });
  const certain = found.find(({ start, end }) => OWN.test(text.slice(start, end)));
  const first = certain ?? found[0];
  if (first === undefined) return [];
  // Then another program may render all of them.
  const isOnly = placeholders.every((one) => isOwn(one) || isComment(one) || GO.test(text.slice(one.start, one.end)));
  const more = found.length === 1 ? "" : `, and ${found.length - 1} more like it`;
  const name = cut(text.slice(first.start, first.end), 60);
  const reason = isRendered
    ? `because the first line is not "${HEADER}"; insert that line above the present first one`
    : "since it renders files of the image only since 22.4";
  const message = `cloud-init takes ${name}${more} literally, ${reason}.`;
  const at = { path: content.path, line: 1, column: 1 };
  const isSafe =
    isWhole && isRendered && placeholders.every(isOwn) && !/\{[%#]/.test(text) && namesOf(content).length === 0;
  return [
    {
      about: "template-header",
      worst: certain !== undefined && isOnly ? "error" : "warning",
      message,
      origin: originAt(content, lines, first.start),
      ...(isSafe ? { replace: { old: "", by: `${HEADER}\n`, at } } : {}),
    },
  ];
}

/** Reports names in one of cloud-init's own templates that cannot be right. */
export function namesOf(content: Excerpt): Told[] {
  const { text } = content;
  if (/\{%-?\s*raw\b/.test(text)) return [];
  const lines = lineStarts(text);
  return findPlaceholders(text, "all").flatMap(({ start, end }): Told[] => {
    if (!/^\{[{%]/.test(text.slice(start, start + 2))) return [];
    const code = text.slice(start, end).replace(/"[^"]*"|'[^']*'/g, (quoted) => " ".repeat(quoted.length));
    return [...code.matchAll(NAME)].flatMap((match): Told[] => {
      const problem = problemOf(match[0]);
      if (problem === undefined) return [];
      const { message, old, by } = problem;
      const at = start + match.index + match[0].length - old.length;
      const replace = by === undefined || !content.verbatim ? undefined : { old, by };
      return [{ about: "template-name", worst: "error", message, origin: originAt(content, lines, at), replace }];
    });
  });
}

/** A variable of cloud-init's with what follows its points, hyphens included. */
const NAME = /(?<![\w.])(?:ds|v1)(?:\.[A-Za-z_]\w*(?:-[A-Za-z_]\w*)*)+/g;

interface NameProblem {
  readonly message: string;
  /** The end of the name that is wrong, and what to write instead. */
  readonly old: string;
  readonly by: string | undefined;
}

function problemOf(name: string): NameProblem | undefined {
  const hyphen = name.indexOf("-");
  if (hyphen !== -1) {
    const old = name.slice(name.lastIndexOf(".", hyphen) + 1);
    const by = old.replaceAll("-", "_");
    const right = name.slice(0, name.length - old.length) + by;
    const message = `${cut(name)} is a subtraction in Jinja, which fails, so that cloud-init ignores the whole template; write ${cut(right)}.`;
    return { message, old, by };
  }
  const [top, key = "", ...deeper] = name.split(".");
  if (top !== "v1" || STANDARD_NAMES.includes(key)) return undefined;
  const near = nearest(key, STANDARD_NAMES);
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  const message = `v1 has no key "${cut(key)}"${hint}; cloud-init writes CI_MISSING_JINJA_VAR/${cut(key)} in its place.`;
  return { message, old: [key, ...deeper].join("."), by: near === undefined ? undefined : [near, ...deeper].join(".") };
}

/** The offsets at which the lines of a text begin. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function indexOfLine(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}

function lineAt(starts: readonly number[], offset: number, text: string): { from: number; to: number } {
  const index = indexOfLine(starts, offset);
  return { from: starts[index]!, to: starts[index + 1] ?? text.length };
}

function originAt({ path, line, indent, verbatim }: Excerpt, starts: readonly number[], offset: number): Origin {
  if (!verbatim) return { path, line, column: indent + 1 };
  const index = indexOfLine(starts, offset);
  return { path, line: line + index, column: offset - starts[index]! + 1 + indent };
}
