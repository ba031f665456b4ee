import { findPlaceholders } from "../userData/placeholders.ts";
import { type Hidden, itemOf, keyOf, type Place, TEXT } from "./place.ts";

/** A key or an item of a text that is no YAML, and where what belongs to it is indented further than. */
interface Level {
  readonly indent: number;
  readonly isItem: boolean;
  readonly place: Place | undefined;
}

/** What is hidden of a line: from a column counted from 0 to its end. */
interface HiddenEnd {
  readonly from: number;
  readonly kind: Hidden;
}

const DASH = /^-(?:\s+|$)/;
const KEY = /^(?:"([^"]*)"|'?([^\s"'{}[\],:#&*!|>][^:]*?)'?)\s*:(?=\s|$|["'{[])\s*/;

/** Follows the indentation of YAML that may be none: a key's place tells whether what stands behind and below it is hidden. */
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

  /** That of a comment, which holds YAML that is turned off or prose: of prose nothing is hidden. */
  comment(column: number): Outline {
    const open = this.#open.filter(({ indent }) => indent < column);
    return new Outline(open, true);
  }

  /** Whether a line with this indentation is more of a value that is hidden. */
  isHiding(indent: number): boolean {
    return this.#hiding !== undefined && indent > this.#hiding.indent;
  }

  /** Reads the next line that is not empty. */
  read(line: string): HiddenEnd | undefined {
    const start = line.search(/\S/);
    if (this.#hiding !== undefined && start > this.#hiding.indent) return { from: start, kind: this.#hiding.kind };
    this.#hiding = undefined;
    let at = start;
    for (let dash = DASH.exec(line.slice(at)); dash !== null; dash = DASH.exec(line.slice(at))) {
      // A list may stand as far left as its key.
      this.#close(({ indent, isItem }) => indent > at || (indent === at && isItem));
      this.#open.push({ indent: at, isItem: true, place: itemOf(this.#holder) });
      at += dash[0].length;
    }
    const [lead, quoted, plain = ""] = KEY.exec(line.slice(at)) ?? [];
    this.#close(({ indent }) => indent >= at);
    if (lead === undefined) {
      const isNoValue = isStep(line) || (this.#open.length === 1 && ADDRESS.test(line));
      const kind = isNoValue ? undefined : kindOfLoose(this.#holder);
      return kind === undefined || this.#isProse(line.slice(at)) ? undefined : { from: at, kind };
    }
    const name = quoted ?? plain;
    if (this.#isComment && /[^\w.-]/.test(name)) return undefined;
    const place = keyOf(this.#holder, name);
    this.#open.push({ indent: at, isItem: false, place });
    const from = at + lead.length;
    const value = line
      .slice(from)
      .replace(/\s+#.*$/, "")
      .trim();
    const kind = kindOfLoose(place);
    // What is indented below it belongs to it.
    if (kind !== undefined && /^(?:[|>][-+\d]*|["'].*[^"']|)$/.test(value)) this.#hiding = { indent: at, kind };
    if (kind !== undefined && !/^(?:[|>][-+\d]*|true|false|yes|no|null|~|)$/i.test(value))
      return place?.all === undefined && this.#isProse(value) ? undefined : { from, kind };
    return /^[[{]/.test(value) && place?.holds !== undefined ? { from, kind: place.holds } : undefined;
  }

  get #holder(): Place | undefined {
    return this.#open.at(-1)?.place;
  }

  #isProse(text: string): boolean {
    return this.#isComment && !/^["']?[^\s:]+:\S+$|^[[{]/.test(text.trim());
  }

  #close(isClosed: (level: Level) => boolean): void {
    while (this.#open.length > 1 && isClosed(this.#open.at(-1)!)) this.#open.pop();
  }
}

/** A line of "#include"; what is secret in an address its form tells. */
const ADDRESS = /^[a-z][a-z\d+.-]*:\/\/\S+\s*$/i;

/** Steps on longer lines are hidden with them. */
const LONGEST_STEP = 500;

/** Whether a line only begins or ends branches and loops of a template. */
function isStep(line: string): boolean {
  if (line.length > LONGEST_STEP) return false;
  let rest = line;
  const placeholders = findPlaceholders(line, "all");
  for (const { start, end } of placeholders.toReversed()) rest = rest.slice(0, start) + rest.slice(end);
  return /^(?:#[\w-]*)?$/.test(rest.trim()) && placeholders.every(({ role }) => /^(?:open|else|close)$/.test(role));
}

/** What a scalar is that stands at a place, as far as its looks do not tell. */
function kindOfLoose(place: Place | undefined): Hidden | undefined {
  return place?.all ?? place?.kindOf(TEXT);
}
