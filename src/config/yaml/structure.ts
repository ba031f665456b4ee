import {
  Composer,
  type CST,
  type ErrorCode,
  isAlias,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  Parser,
  type Scalar,
} from "yaml";
import type { Token } from "./lexemes.ts";
import { lexDocument } from "./lexer.ts";
import { isBlank, isBreak, lineEnd, type Source, YamlError } from "./source.ts";

/** A node before its tag is resolved. An alias is the very node it names. */
export type RawNode = RawScalar | RawSequence | RawMapping;

interface RawBase {
  /** The tag in full, `!` for the non-specific one, undefined where none is written. */
  readonly tag: string | undefined;
  readonly start: number;
  readonly end: number;
}

interface RawScalar extends RawBase {
  readonly type: "scalar";
  readonly text: string;
  readonly plain: boolean;
}

interface RawSequence extends RawBase {
  readonly type: "sequence";
  readonly items: readonly RawNode[];
}

export interface RawMapping extends RawBase {
  readonly type: "mapping";
  readonly pairs: readonly RawPair[];
}

export interface RawPair {
  readonly key: RawNode;
  readonly value: RawNode;
  readonly start: number;
  readonly end: number;
}

/**
 * PyYAML recurses twice a level: with Python's limit of 1000 it fails at 492 levels when called from a script, and some
 * 15 levels earlier when cloud-init, itself 30 calls deep, calls it.
 */
export const MAX_DEPTH = 475;

/** Each costs the parser some hundred bytes: 80,000 lines of `key: value` make so many. */
const MAX_LEXEMES = 500_000;

/**
 * The tree of the one document of a text; undefined when the text has nothing but comments.
 * @throws YamlError
 */
export function readStructure(source: Source): RawNode | undefined {
  const parser = new Parser();
  const parsed: CST.Token[] = [];
  let count = 0;
  const tokens = lexDocument(source, (lexeme, offset) => {
    if (++count > MAX_LEXEMES) throw new YamlError("the file has too many values; split it", offset, "size");
    parser.offset = offset;
    for (const token of parser.next(lexeme)) parsed.push(token);
    if (parser.stack.length > MAX_DEPTH + 2)
      throw new YamlError(`nested more than ${MAX_DEPTH} levels deep`, offset, "depth");
  });
  if (tokens === undefined) return undefined;
  for (const token of parser.end()) parsed.push(token);
  const [document] = new Composer(OPTIONS).compose(parsed);
  if (document === undefined) return undefined;
  const [error] = document.errors;
  if (error !== undefined) {
    const offset = tokenFrom(source.text, tokens, error.pos[0]);
    throw new YamlError(REASONS[error.code] ?? "this may not stand here", offset);
  }
  return new Reader(tokens).read(document.contents, 0);
}

/** Scalars have no text here, and tags, merging and duplicate keys are left to us. */
const OPTIONS = {
  version: "1.1",
  schema: "failsafe",
  strict: false,
  uniqueKeys: false,
  merge: false,
  keepSourceTokens: true,
} as const;

const REASONS: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias takes no anchor or tag",
  BAD_INDENT: "this is not indented like the lines around it",
  BLOCK_AS_IMPLICIT_KEY: "a list or mapping may not begin here; put it on a new line",
  BLOCK_IN_FLOW: "inside brackets a list or mapping needs brackets of its own",
  MISSING_CHAR: "a colon, comma or - is missing here",
  MULTILINE_IMPLICIT_KEY: "a key and its colon must stand on one line",
  MULTIPLE_ANCHORS: "a second anchor for the same value",
  MULTIPLE_TAGS: "a second tag for the same value",
};

/** The first token at or after an offset: `yaml` reports the end of what comes before, and knows no scalar's length. */
function tokenFrom(text: string, tokens: readonly Token[], offset: number): number {
  let pos = Math.max(offset, tokens.findLast((token) => token.start < offset)?.end ?? 0);
  while (isBlank(text.charCodeAt(pos)) || isBreak(text.charCodeAt(pos)) || text.charAt(pos) === "#") {
    pos = text.charAt(pos) === "#" ? lineEnd(text, pos) : pos + 1;
  }
  return pos;
}

/** Puts the tokens back into the document, and in the place of each alias the node it names. */
class Reader {
  readonly #tokens: readonly Token[];
  /** The tokens by where they start. */
  readonly #scalars: ReadonlyMap<number, Token>;
  readonly #anchors = new Map<string, RawNode>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#scalars = new Map(tokens.map((token) => [token.start, token]));
  }

  /** @param after where an empty node is said to be that has no place of its own. */
  read(node: ParsedNode | null, after: number): RawNode {
    if (node === null) return { type: "scalar", tag: undefined, text: "", plain: true, start: after, end: after };
    if (isAlias(node)) return this.#alias(this.#token(node.source));
    const tag = node.tag === undefined ? undefined : this.#token(node.tag.slice(1)).value;
    const [start, end] = node.range;
    if (isScalar(node)) return this.#keep(node, { type: "scalar", tag, ...this.#scalar(node, start) });
    if (node.srcToken?.type === "flow-collection") checkCommas(node.srcToken);
    if (isSeq(node)) {
      const items: RawNode[] = [];
      const sequence: RawSequence = this.#keep(node, { type: "sequence", tag, items, start, end });
      let last = end;
      for (const item of node.items) {
        const raw = this.read(item, start);
        items.push(raw);
        last = this.#endOf(item, raw);
      }
      return node.flow ? sequence : Object.assign(sequence, { end: last });
    }
    const pairs: RawPair[] = [];
    const mapping: RawMapping = this.#keep(node, { type: "mapping", tag, pairs, start, end });
    for (const pair of node.items) pairs.push(this.#pair(pair));
    return node.flow ? mapping : Object.assign(mapping, { end: pairs.at(-1)?.end ?? end });
  }

  /** The text and place of a scalar; an empty one is where its anchor or tag ends. */
  #scalar({ source, anchor, tag }: Scalar, offset: number) {
    const token = source === "" ? undefined : this.#scalars.get(offset);
    if (token !== undefined) return { text: token.value, plain: token.plain, start: token.start, end: token.end };
    const properties = [anchor, tag?.slice(1)].map((number) => (number === undefined ? 0 : this.#token(number).end));
    const place = Math.max(...properties) || offset;
    return { text: "", plain: true, start: place, end: place };
  }

  #pair(pair: Pair<ParsedNode, ParsedNode | null>): RawPair {
    if (pair.srcToken !== undefined) checkPair(pair.srcToken);
    const [start] = pair.key.range;
    const key = this.read(pair.key, start);
    const keyEnd = this.#endOf(pair.key, key);
    const value = this.read(pair.value, keyEnd);
    return { key, value, start, end: this.#endOf(pair.value, value) };
  }

  /** Where a node ends in the text, for an alias not where it points to. */
  #endOf(node: ParsedNode | null, raw: RawNode): number {
    return isAlias(node) ? this.#token(node.source).end : raw.end;
  }

  #alias(token: Token): RawNode {
    const node = this.#anchors.get(token.value);
    if (node === undefined) throw new YamlError(`no anchor &${token.value} comes before this alias`, token.start);
    return node;
  }

  #keep<T extends RawNode>(node: ParsedNode, raw: T): T {
    if (!isAlias(node) && node.anchor !== undefined) {
      const { value: name, start } = this.#token(node.anchor);
      if (this.#anchors.has(name)) throw new YamlError(`the anchor &${name} is given twice`, start);
      this.#anchors.set(name, raw);
    }
    return raw;
  }

  #token(number: string): Token {
    const token = this.#tokens[Number(number)];
    if (token === undefined) throw new Error(`no token ${number}`);
    return token;
  }
}

/** Refuses pairs that `yaml` accepts and PyYAML does not: no key before the colon, no colon before the value. */
function checkPair({ start, key, sep = [], value }: CST.CollectionItem): void {
  const colon = sep.find((token) => token.type === "map-value-ind");
  if (colon !== undefined && !key && !start.some((token) => token.type === "explicit-key-ind")) {
    throw new YamlError("there is no key before this colon; quote the text if it is one", colon.offset);
  }
  const stray = value ?? sep.find((token) => token.type === "anchor" || token.type === "tag");
  if (colon === undefined && stray) throw new YamlError("a colon is missing before this", stray.offset);
}

/** Refuses entries between brackets where something stands before the comma. */
function checkCommas({ items }: CST.FlowCollection): void {
  for (const { start } of items) {
    const comma = start.findIndex((token) => token.type === "comma");
    const first = start.findIndex((token) => token.type !== "space");
    if (comma > first) throw new YamlError(REASONS.MISSING_CHAR ?? "", start[first]?.offset ?? 0);
  }
}
