import { typeOfText } from "../../config/userData/contentTypes.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { findPlaceholders, MASK, type Placeholder, type Syntaxes } from "./placeholders.ts";

/** File name extensions of templates, which follow the usual ones: user-data.yaml.j2. */
const ENDING =
  /\.(?:j2|jinja2?|tmpl|tpl|tftpl|templ(?:ate)?|gotmpl|gtpl|ctmpl|tera|liquid|mustache|hbs|handlebars|erb|epp|ejs|njk|mako|in|pkrtpl)$/i;
const OTHER_ENDING = /\.(?:ya?ml|json|cfg|hcl|txt|conf|sh)$/i;

/** The name without a template extension; undefined if it has none. "user-data.pkrtpl.hcl" becomes "user-data". */
export function nameOfTemplate(path: string): string | undefined {
  if (ENDING.test(path)) return path.replace(ENDING, "");
  const [other] = OTHER_ENDING.exec(path) ?? [];
  const rest = other === undefined ? path : path.slice(0, -other.length);
  if (!ENDING.test(rest)) return undefined;
  return rest.replace(ENDING, "") + (other === ".hcl" ? "" : other);
}

/** How to read lines that contain only placeholders. */
export type Reading = "values" | "left-out" | "first-branches";

/** A line of a template. */
interface Line {
  readonly text: string;
  /** Placeholders that begin on the line, with offsets from its start. */
  readonly placeholders: readonly Placeholder[];
  /** The number of its first characters that belong to a placeholder from a line above. */
  readonly continued: { readonly length: number; readonly isValue: boolean };
}

/** A text that another program fills in before cloud-init reads it. */
export class Template {
  readonly placeholders: readonly Placeholder[];
  /** Whether placeholders may add or remove lines, not only parts of values. */
  readonly isStructural: boolean;
  readonly #lines: readonly Line[];
  /** Lines, from 0, that contain only placeholders. */
  readonly #bare = new Set<number>();
  /** Lines, from 0, on which a branch or block of the template's program begins or ends. */
  readonly #borders: readonly number[];
  /** Lines, from 0, in any branch except the first. */
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
   * The text as YAML, line by line: a placeholder becomes a value of the same length, a step of the template's program is
   * removed. Lines that contain only placeholders become values too, unless the reading is "left-out"; with
   * "first-branches" the other branches are removed as well.
   */
  text(reading: Reading): string {
    return this.#lines
      .map((line, index) => {
        if (this.#dropped.has(index)) return "";
        if (reading === "first-branches" && this.#otherBranches.has(index)) return "";
        // Not a comment, since one with less indentation would end an enclosing block scalar.
        return this.#bare.has(index) && (reading !== "values" || isSteps(line)) ? "" : masked(line);
      })
      .join("\n")
      .replace(TAG, (tag) => " ".repeat(tag.length));
  }

  /** A message about the filled-in text, with the placeholders in it as the template has them. */
  unmasked(message: string): string {
    if (!message.includes(MASK)) return message;
    const source = this.#lines.map(({ text }) => text).join("\n");
    return message.replace(new RegExp(`${MASK}+`, "g"), (masked) => {
      const texts = new Set(
        this.placeholders.flatMap(({ start, end }) =>
          end - start === masked.length ? [source.slice(start, end)] : [],
        ),
      );
      const [only] = texts;
      return texts.size === 1 && only !== undefined ? only : "(filled in later)";
    });
  }

  /** Removes an invalid line, from 1, if it contains placeholders, or else the last line above it that does. Returns whether there was one. */
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
   * Whether text that is missing at the end of a line, from 1, may be filled in there or on the lines below it; for an
   * unknown line, whether there are any such lines.
   */
  isFilledBelow(line: number | undefined): boolean {
    if (line === undefined) return this.#bare.size > 0;
    // "#{NAME}#" looks like a comment.
    if ((this.#lines[line - 1]?.placeholders.length ?? 0) > 0) return true;
    for (let index = line; index < this.#lines.length; index++) {
      if (this.#bare.has(index) || this.#dropped.has(index)) return true;
      const text = this.#lines[index]!.text.trim();
      if (text !== "" && !text.startsWith("#")) return false;
    }
    return false;
  }

  /** Whether a block that begins in a column and ends on a line, both from 1, may get more lines inside or below it. */
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

  /** Whether two lines, from 1, are in different branches or blocks, so that the result need not contain both. */
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

/** The lines of a template before its header: their number and content. */
export interface Front {
  readonly count: number;
  /** Whether the header may be filled in there. */
  readonly hasValue: boolean;
  /** The first line, from 1, that remains before the header after filling in, unless it becomes empty. */
  readonly comment: number | undefined;
  /** The number of characters of steps before the header on its line. */
  readonly steps: number;
}

/** The number of characters in which to look for a header. */
const LONGEST_FRONT = 8_192;

/**
 * The first lines that may disappear or change when a template is filled in: steps, comments of the template language,
 * placeholders, and Ansible's own header (#jinja2:).
 */
export function frontOf(text: string): Front {
  const head = text.slice(0, LONGEST_FRONT);
  let hasValue = false;
  let comment: number | undefined;
  let count = 0;
  let steps = 0;
  /** The open blocks, by whether they have no output at their place. */
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

/** The number of characters at the beginning of a line that are steps of the template's program. */
function leadingSteps({ text, placeholders, continued }: Line): number {
  let length = continued.length;
  for (const { start, end, role } of placeholders) {
    if (role === "value" || text.slice(length, start).trim() !== "") break;
    length = end;
  }
  return length;
}

/** The text without the lines before its header. */
export function behindFront(text: string, { count, steps }: Front): string {
  let at = 0;
  for (let left = count; left > 0; left--) at = text.indexOf("\n", at) + 1 || text.length;
  return " ".repeat(steps) + text.slice(at + steps);
}

/** Tags that require a certain kind of value (!!binary), which a placeholder is not. */
const TAG = new RegExp(`!!\\w+(?=[ \\t]+(?:[|>][-+0-9]*[ \\t]*\\r?\\n[ \\t]*)?["']?${MASK})`, "g");

/** Whether a node is a string with characters of a masked placeholder. */
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

/** A line with text besides its placeholders, as YAML of the same length. */
function masked(line: Line): string {
  const { text, placeholders, continued } = line;
  const out: string[] = [];
  let removed = 0;
  let done = continued.length;
  /** The last non-blank character so far. */
  let before = "";
  const add = (piece: string) => {
    out.push(piece);
    before = piece.trimEnd().at(-1) ?? before;
  };
  // A placeholder that ends here began above: a step leaves nothing, a value that was masked there leaves blanks.
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
