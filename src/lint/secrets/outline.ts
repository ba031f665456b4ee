import { findPlaceholders } from "../templates/placeholders.ts";
import { type Hidden, itemOf, keyOf, type Place, TEXT } from "./place.ts";

/** A key or an item in a text that is not YAML, and the column beyond which its content is indented. */
interface Level {
  readonly indent: number;
  readonly isItem: boolean;
  readonly place: Place | undefined;
}

/** The hidden part of a line: from a column, counted from 0, to its end. */
interface HiddenEnd {
  readonly from: number;
  readonly kind: Hidden;
}

const DASH = /^-(?:\s+|$)/;
const KEY = /^(?:"([^"]*)"|'?([^\s"'{}[\],:#&*!|>][^:]*?)'?)\s*:(?=\s|$|["'{[])\s*/;

/** Follows the indentation of text that may be invalid YAML: a key's place determines whether the text after and below it is hidden. */
export class Outline {
  readonly #isComment: boolean;
  readonly #open: Level[];
  #hiding: { readonly indent: number; readonly kind: Hidden } | undefined;

  private constructor(open: Level[], isComment: boolean) {
    this.#open = open;
    this.#isComment = isComment;
  }

  static below(top: Place | undefined): Outline {
    return new Outline([{ indent: -1, isItem: false, place: top }], false);
  }

  /** The same for a comment, which contains disabled YAML or prose; prose is not hidden. */
  comment(column: number): Outline {
    const open = this.#open.filter(({ indent }) => indent < column);
    return new Outline(open, true);
  }

  /** Whether a line with this indentation continues a hidden value. */
  isHiding(indent: number): boolean {
    return this.#hiding !== undefined && indent > this.#hiding.indent;
  }

  /** Reads the next non-empty line. */
  read(line: string): HiddenEnd | undefined {
    const start = line.search(/\S/);
    if (this.#hiding !== undefined && start > this.#hiding.indent) return { from: start, kind: this.#hiding.kind };
    this.#hiding = undefined;
    let at = start;
    for (let dash = DASH.exec(line.slice(at)); dash !== null; dash = DASH.exec(line.slice(at))) {
      // A list may have the same indentation as its key.
      this.#close(({ indent, isItem }) => indent > at || (indent === at && isItem));
      this.#open.push({ indent: at, isItem: true, place: itemOf(this.#holder) });
      at += dash[0].length;
    }
    const [lead, quoted, plain = ""] = KEY.exec(line.slice(at)) ?? [];
    this.#close(({ indent }) => indent >= at);
    if (lead === undefined) {
      const isNoValue =
        isStep(line) ||
        (this.#open.length === 1 && ADDRESS.test(line)) ||
        (this.#isComment && (this.#open.length === 1 || !isWord(line.slice(at), this.#holder)));
      const kind = isNoValue ? undefined : kindOfLoose(this.#holder);
      return kind === undefined ? undefined : { from: at, kind };
    }
    const name = quoted ?? plain;
    if (this.#isComment && /[^\w.-]/.test(name)) return undefined;
    const place = keyOf(this.#holder, name);
    this.#open.push({ indent: at, isItem: false, place });
    const from = at + lead.length;
    const value = withoutComment(line.slice(from)).trim();
    const kind = kindOfLoose(place);
    if (kind === undefined || value === "") {
      // The keys below it are judged themselves.
      if (place?.all !== undefined) this.#hiding = { indent: at, kind: place.all };
      return /^[[{]/.test(value) && place?.holds !== undefined ? { from, kind: place.holds } : undefined;
    }
    // Lines indented below it belong to it.
    if (/^(?:[|>][-+\d]*|["'].*[^"'])$/.test(value)) this.#hiding = { indent: at, kind };
    if (/^(?:[|>][-+\d]*|true|false|yes|no|null|~)$/i.test(value)) return undefined;
    if (this.#isComment && place?.all === undefined && !isWord(value, place)) return undefined;
    const host = kind === "callback" ? /^["']?[a-z]+:\/\/[^/?#\s]*\/?/i.exec(line.slice(from))?.[0] : undefined;
    return { from: from + (host?.length ?? 0), kind };
  }

  get #holder(): Place | undefined {
    return this.#open.at(-1)?.place;
  }

  #close(isClosed: (level: Level) => boolean): void {
    while (this.#open.length > 1 && isClosed(this.#open.at(-1)!)) this.#open.pop();
  }
}

/** A line up to the first `#` after a blank. */
function withoutComment(line: string): string {
  const at = line.search(/\s#/);
  return at === -1 ? line : line.slice(0, at);
}

/** A line of "#include"; the form of a URL shows what is secret in it. */
const ADDRESS = /^[a-z][a-z\d+.-]*:\/\/\S+\s*$/i;

/** Template steps on longer lines are hidden with the line. */
const LONGEST_STEP = 500;

/** Whether a line only begins or ends template branches and loops. */
function isStep(line: string): boolean {
  if (line.length > LONGEST_STEP) return false;
  let rest = line;
  const placeholders = findPlaceholders(line, "all");
  for (const { start, end } of placeholders.toReversed()) rest = rest.slice(0, start) + rest.slice(end);
  return /^(?:#[\w-]*)?$/.test(rest.trim()) && placeholders.every(({ role }) => /^(?:open|else|close)$/.test(role));
}

/** The kind of secret of a scalar at a place, apart from its form. */
function kindOfLoose(place: Place | undefined): Hidden | undefined {
  return place?.all ?? place?.kindOf(TEXT);
}

/** Whether a comment may contain a disabled value: `user:password`, or any word where everything is hidden. */
function isWord(text: string, place: Place | undefined): boolean {
  const word = text.trim();
  return /^["']?[^\s:]+:(?!\/\/)\S+$/.test(word) || (place?.all !== undefined && /^(?:\S+$|[[{])/.test(word));
}
