import { typeOfText } from "../../config/userData/contentTypes.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { findPlaceholders, MASK, type Placeholder, type Syntaxes } from "./placeholders.ts";

/** Endings of the names that people give templates, in front of which the usual ones stand: user-data.yaml.j2. */
const ENDING =
  /\.(?:j2|jinja2?|tmpl|tpl|tftpl|templ(?:ate)?|gotmpl|gtpl|ctmpl|tera|liquid|mustache|hbs|handlebars|erb|epp|ejs|njk|mako|in|pkrtpl)$/i;
const OTHER_ENDING = /\.(?:ya?ml|json|cfg|hcl|txt|conf|sh)$/i;

/** The name without a template's ending; undefined where it has none. "user-data.pkrtpl.hcl" is "user-data". */
export function nameOfTemplate(path: string): string | undefined {
  if (ENDING.test(path)) return path.replace(ENDING, "");
  const [other] = OTHER_ENDING.exec(path) ?? [];
  const rest = other === undefined ? path : path.slice(0, -other.length);
  if (!ENDING.test(rest)) return undefined;
  return rest.replace(ENDING, "") + (other === ".hcl" ? "" : other);
}

/** How the lines are read that hold nothing but placeholders. */
export type Reading = "values" | "left-out" | "first-branches";

/** One line of a template. */
interface Line {
  readonly text: string;
  /** Placeholders that begin on it, with offsets from its start. */
  readonly placeholders: readonly Placeholder[];
  /** How many of its first characters belong to a placeholder that began on a line above. */
  readonly continued: { readonly length: number; readonly isValue: boolean };
}

/** A text that another program fills in before cloud-init reads it. */
export class Template {
  readonly placeholders: readonly Placeholder[];
  /** Whether placeholders may bring in lines or take them away, not only parts of values. */
  readonly isStructural: boolean;
  readonly #lines: readonly Line[];
  /** Lines, from 0, that hold nothing but placeholders. */
  readonly #bare = new Set<number>();
  /** Lines, from 0, on which a branch or block of the template's program begins or ends. */
  readonly #borders: readonly number[];
  /** Lines, from 0, within any branch but the first. */
  readonly #otherBranches = new Set<number>();
  readonly #dropped = new Set<number>();

  constructor(text: string, syntaxes: Syntaxes) {
    this.placeholders = findPlaceholders(text, syntaxes);
    this.#lines = this.placeholders.length === 0 ? [] : linesOf(text, this.placeholders);
    const borders: number[] = [];
    const blocks: { inElse: boolean; definition: number | undefined }[] = [];
    let elses = 0;
    let isStructural = false;
    for (const [index, line] of this.#lines.entries()) {
      const { placeholders, continued } = line;
      const isBare = placeholders.length > 0 && withoutPlaceholders(line).trim() === "";
      if (isBare) this.#bare.add(index);
      if (isBare || continued.length > 0 || isLeadingStep(line)) isStructural = true;
      for (const { role, isDefinition } of placeholders) {
        const block = blocks.at(-1);
        if (role === "open") blocks.push({ inElse: false, definition: isDefinition === true ? index : undefined });
        else if (role === "close") {
          const closed = blocks.pop();
          if (closed?.inElse === true) elses--;
          const isOutermost = blocks.every(({ definition }) => definition === undefined);
          if (closed?.definition !== undefined && isOutermost)
            for (let inner = closed.definition + 1; inner < index; inner++) this.#dropped.add(inner);
        } else if (role === "else" && block?.inElse === false) {
          block.inElse = true;
          elses++;
        }
        if (role === "open" || role === "else" || role === "close") borders.push(index);
      }
      if (elses > 0 && borders.at(-1) !== index) this.#otherBranches.add(index);
    }
    this.isStructural = isStructural;
    this.#borders = borders;
  }

  /**
   * The text as YAML, line for line: a placeholder is a value of the same length, a step of the template's program is
   * nothing. Lines that hold nothing but placeholders are values too, unless they are "left-out"; with "first-branches"
   * the other branches are left out as well.
   */
  text(reading: Reading): string {
    return this.#lines
      .map((line, index) => {
        if (this.#dropped.has(index)) return "";
        if (reading === "first-branches" && this.#otherBranches.has(index)) return "";
        // Not a comment: one that is indented less would end a block scalar around it.
        return this.#bare.has(index) && (reading !== "values" || isSteps(line)) ? "" : masked(line);
      })
      .join("\n")
      .replace(TAG, (tag) => " ".repeat(tag.length));
  }

  /** Leaves out a wrong line, from 1, if there are placeholders in it, or else the last line with some above it. Answers whether there was one. */
  drop(line: number): boolean {
    for (let index = Math.min(line, this.#lines.length) - 1; index >= 0 && index >= line - 3; index--) {
      const { placeholders, continued } = this.#lines[index]!;
      if ((placeholders.length === 0 && continued.length === 0) || this.#dropped.has(index)) continue;
      this.#dropped.add(index);
      return true;
    }
    return false;
  }

  /**
   * Whether what is missing at the end of a line, from 1, may be filled in there or on the lines below it; of a line
   * that is not known, whether any such lines are there.
   */
  isFilledBelow(line: number | undefined): boolean {
    if (line === undefined) return this.#bare.size > 0;
    // A "#{NAME}#" begins like a comment.
    if ((this.#lines[line - 1]?.placeholders.length ?? 0) > 0) return true;
    for (let index = line; index < this.#lines.length; index++) {
      if (this.#bare.has(index) || this.#dropped.has(index)) return true;
      const text = this.#lines[index]!.text.trim();
      if (text !== "" && !text.startsWith("#")) return false;
    }
    return false;
  }

  /** Whether a block that begins in a column and ends on a line, both from 1, may get more lines within it or below it. */
  isExtended(first: number, last: number, column: number): boolean {
    for (let index = first - 1; index < this.#lines.length; index++) {
      const { text, placeholders } = this.#lines[index]!;
      if (this.#dropped.has(index)) return true;
      if (this.#bare.has(index)) {
        const isIndented = text.search(/\S/) >= column - 1 || text.includes("nindent");
        if (isIndented && placeholders.some(({ role }) => role === "value")) return true;
      } else if (index >= last && text.trim() !== "") return false;
    }
    return false;
  }

  /** Whether two lines, from 1, are in different branches or blocks, so that both need not be there. */
  areAlternatives(first: number, second: number): boolean {
    const [low, high] = first < second ? [first - 1, second - 1] : [second - 1, first - 1];
    let [from, to] = [0, this.#borders.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#borders[middle]! < low) from = middle + 1;
      else to = middle;
    }
    return (this.#borders[from] ?? Number.POSITIVE_INFINITY) <= high;
  }
}

/** The lines of a template in front of its header: how many, and what they hold. */
export interface Front {
  readonly count: number;
  /** Whether the header may be filled in there. */
  readonly hasValue: boolean;
  /** The first line, from 1, that filling in leaves in front of the header, unless it makes it empty. */
  readonly comment: number | undefined;
  /** How many characters of steps stand in front of the header on its line. */
  readonly steps: number;
}

/** Headers are looked for in so many characters. */
const LONGEST_FRONT = 8_192;

/**
 * The first lines that need not be there when a template is filled in, or not as they are: steps, comments of the
 * template language, placeholders, and what Ansible reads (#jinja2:).
 */
export function frontOf(text: string): Front {
  const head = text.slice(0, LONGEST_FRONT);
  let hasValue = false;
  let comment: number | undefined;
  let count = 0;
  let steps = 0;
  /** The open blocks, by whether they give nothing where they stand. */
  const blocks: boolean[] = [];
  for (const line of linesOf(head, findPlaceholders(head, "all"))) {
    const { placeholders, continued } = line;
    steps = leadingSteps(line);
    if (typeOfText(line.text.slice(steps)) !== undefined) break;
    steps = 0;
    const isDefinition = blocks.includes(true);
    for (const { role, isDefinition: isOne } of placeholders) {
      if (role === "open") blocks.push(isOne === true);
      else if (role === "close") blocks.pop();
    }
    if (isDefinition) {
      count++;
      continue;
    }
    const isBare = placeholders.length + continued.length > 0 && withoutPlaceholders(line).trim() === "";
    const isBlank = line.text.trim() === "" || line.text.startsWith("#jinja2:");
    const isComment = placeholders.length > 0 && /^#(?!cloud|include|part|!|#)/.test(line.text);
    if (!isBlank && !isBare && !isComment) break;
    count++;
    if (isComment) comment ??= count;
    if (isBare && placeholders.some(({ role }) => role === "value")) hasValue = true;
  }
  return { count, hasValue, comment, steps };
}

/** How many characters at the beginning of a line are steps of the template's program. */
function leadingSteps({ text, placeholders, continued }: Line): number {
  let length = continued.length;
  for (const { start, end, role } of placeholders) {
    if (role === "value" || text.slice(length, start).trim() !== "") break;
    length = end;
  }
  return length;
}

/** The text without its front. */
export function behindFront(text: string, { count, steps }: Front): string {
  let at = 0;
  for (let left = count; left > 0; left--) at = text.indexOf("\n", at) + 1 || text.length;
  return " ".repeat(steps) + text.slice(at + steps);
}

/** Tags that a value must be fit for (!!binary), and which a placeholder is not. */
const TAG = new RegExp(`!!\\w+(?=[ \\t]+(?:[|>][-+0-9]*[ \\t]*\\r?\\n[ \\t]*)?["']?${MASK})`, "g");

/** Whether a node is a string that holds characters of a masked placeholder. */
export function holdsMask(node: ConfigNode): boolean {
  return node.type === "scalar" && typeof node.value === "string" && node.value.includes(MASK);
}

function linesOf(text: string, placeholders: readonly Placeholder[]): Line[] {
  const lines: Line[] = [];
  let at = 0;
  let next = 0;
  for (const line of text.split("\n")) {
    const end = at + line.length;
    const above = placeholders[next - 1];
    const length = above === undefined ? 0 : Math.max(0, Math.min(above.end, end) - at);
    const own: Placeholder[] = [];
    for (; next < placeholders.length && placeholders[next]!.start < end; next++) {
      const one = placeholders[next]!;
      own.push({ ...one, start: one.start - at, end: Math.min(one.end - at, line.length) });
    }
    lines.push({ text: line, placeholders: own, continued: { length, isValue: above?.role === "value" } });
    at = end + 1;
  }
  return lines;
}

function withoutPlaceholders({ text, placeholders, continued }: Line): string {
  const rest: string[] = [];
  let done = continued.length;
  for (const { start, end } of placeholders) {
    rest.push(text.slice(done, start));
    done = end;
  }
  return rest.join("") + text.slice(done);
}

function isSteps({ placeholders }: Line): boolean {
  return placeholders.every(({ role }) => role !== "value");
}

/** Whether a line begins with a step of the template's program. */
function isLeadingStep({ text, placeholders, continued }: Line): boolean {
  const [first] = placeholders;
  return first !== undefined && first.role !== "value" && text.slice(continued.length, first.start).trim() === "";
}

/** A line with text beside its placeholders, as YAML of the same length. */
function masked(line: Line): string {
  const { text, placeholders, continued } = line;
  const out: string[] = [];
  let removed = 0;
  let done = continued.length;
  /** The last character so far that is not blank. */
  let before = "";
  const add = (piece: string) => {
    out.push(piece);
    before = piece.trimEnd().at(-1) ?? before;
  };
  // What ends here began above: a step leaves nothing behind, a value that was masked there leaves blanks.
  if (continued.isValue) add(" ".repeat(continued.length));
  else removed += continued.length;
  const last = placeholders.at(-1)?.end ?? 0;
  const endsLine = text.slice(last).trim() === "";
  for (const { start, end, role } of placeholders) {
    add(text.slice(done, start));
    done = end;
    const isValue = role === "value";
    const isBehindValue = /["'\]}]/.test(before) || (endsLine && end === last && role !== "open");
    if (!isValue && before === "") removed += end - start;
    else add((isValue || !(role === "none" || isBehindValue) ? MASK : " ").repeat(end - start));
  }
  return out.join("") + text.slice(done) + " ".repeat(removed);
}
