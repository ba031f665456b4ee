import type { CST } from "yaml";
import type { Token } from "./lexemes.ts";
import { YamlError } from "./source.ts";

/** A node before its tag is resolved. An alias is the node it names. */
export type RawNode = RawScalar | RawSequence | RawMapping;

interface RawBase {
  /** The full tag, `!` for the non-specific one, undefined if there is none. */
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
 * Creates nodes from the result of `yaml`'s Parser. The Parser continues after errors; this rejects what PyYAML's
 * parser and composer reject, at the same place.
 * @param parsed refers by number to the lexed scalars, tags and names.
 * @throws YamlError
 */
export function readNodes(parsed: readonly CST.Token[], lexed: readonly Token[]): RawNode | undefined {
  let root: RawNode | undefined;
  for (const token of parsed) {
    if (token.type !== "document") throw errorAt(MISPLACED, token);
    root = new NodeReader(lexed).document(token);
  }
  return root;
}

/** The tokens before a node. */
interface Before {
  /** The dash, question mark or colon. */
  readonly indicator: CST.SourceToken | undefined;
  readonly anchor: Token | undefined;
  readonly tag: string | undefined;
  readonly comma: CST.SourceToken | undefined;
  /** The anchor or tag after which a line ends. */
  readonly lineEndsAfter: CST.SourceToken | undefined;
  /** The end of the last of these, which is the place of an empty node. */
  readonly end: number;
}

/** Puts the lexed tokens back into the document and replaces each alias by the node it names. */
class NodeReader {
  readonly #lexed: readonly Token[];
  readonly #anchors = new Map<string, RawNode>();

  constructor(lexed: readonly Token[]) {
    this.#lexed = lexed;
  }

  document({ start, value, end }: CST.Document): RawNode {
    const root = this.#node(value, this.#before(start, "doc-start"));
    checkEnd(end);
    return root;
  }

  #before(tokens: readonly CST.SourceToken[], indicatorType: CST.SourceToken["type"]): Before {
    let indicator: CST.SourceToken | undefined;
    let comma: CST.SourceToken | undefined;
    let anchor: Token | undefined;
    let tag: Token | undefined;
    let property: CST.SourceToken | undefined;
    let lineEndsAfter: CST.SourceToken | undefined;
    let end = 0;
    for (const token of tokens) {
      if (token.type === "newline") lineEndsAfter = property;
      if (isSpace(token)) continue;
      end = token.offset + token.source.length;
      if (token.type === "anchor") {
        if (anchor !== undefined) throw errorAt("a second anchor for the same value", token);
        anchor = this.#token(token);
        end = anchor.end;
        property ??= token;
      } else if (token.type === "tag") {
        if (tag !== undefined) throw errorAt("a second tag for the same value", token);
        tag = this.#token(token);
        end = tag.end;
        property ??= token;
      } else if (token.type === indicatorType && !indicator && !property) indicator = token;
      else if (token.type === "comma" && !comma) comma = token;
      // PyYAML rejects a misplaced anchor or tag, but inside brackets only the question mark.
      else throw errorAt(MISPLACED, token.type === "explicit-key-ind" ? token : (property ?? token));
    }
    return { indicator, comma, anchor, tag: tag?.value, lineEndsAfter, end };
  }

  #node(token: Child, before: Before): RawNode {
    switch (token?.type) {
      case undefined:
        return this.#scalar(undefined, before);
      case "alias":
        return this.#alias(token, before);
      case "scalar":
        checkEnd(token.end);
        return this.#scalar(token.source === "" ? undefined : this.#lexed[Number(token.source)], before);
      case "block-map":
        return this.#blockMapping(token, before);
      case "block-seq":
        return this.#blockSequence(token, before);
      case "flow-collection":
        return this.#flowCollection(token, before);
      default:
        throw errorAt(MISPLACED, token);
    }
  }

  #alias(token: CST.FlowScalar, { anchor, tag }: Before): RawNode {
    if (anchor !== undefined || tag !== undefined) throw errorAt("an alias takes no anchor or tag", token);
    const name = this.#token(token).value;
    const node = this.#anchors.get(name);
    if (node === undefined) throw errorAt(`no anchor &${name} precedes this alias`, token);
    checkEnd(token.end);
    return node;
  }

  #scalar(token: Token | undefined, before: Before): RawNode {
    const { value: text, plain, start, end } = token ?? { value: "", plain: true, start: before.end, end: before.end };
    return this.#keep(before, { type: "scalar", tag: before.tag, text, plain, start, end });
  }

  #blockSequence({ offset, items }: CST.BlockSequence, before: Before): RawNode {
    const nodes: RawNode[] = [];
    const sequence = { type: "sequence", tag: before.tag, items: nodes, start: offset, end: offset } as const;
    let end = offset;
    this.#keep(before, sequence);
    for (const item of items) {
      const beforeItem = this.#before(item.start, "seq-item-ind");
      if (isBlank(item, beforeItem)) continue;
      if (!beforeItem.indicator) throw errorAt(item.value?.type === "block-seq" ? INDENTATION : MISSING, firstOf(item));
      const node = this.#node(item.value, beforeItem);
      nodes.push(node);
      end = this.#endOf(item.value, node);
    }
    return Object.assign(sequence, { end });
  }

  #blockMapping({ offset, indent, items }: CST.BlockMap, before: Before): RawNode {
    const pairs: RawPair[] = [];
    const mapping = { type: "mapping", tag: before.tag, pairs, start: offset, end: offset } as const;
    this.#keep(before, mapping);
    for (const item of items) {
      const { key } = item;
      const beforeKey = this.#before(item.start, "explicit-key-ind");
      if (isBlank(item, beforeKey)) continue;
      const first = beforeKey.indicator ?? key;
      if (first?.type === "block-seq") throw errorAt(NO_BLOCK, firstOf(item));
      // The Parser reports a dash in place of a key in this form.
      if (first?.type === "error")
        throw errorAt("a list item is not allowed among keys; indent it under its key", first);
      const apart = first === key ? beforeKey.lineEndsAfter : undefined;
      if (apart) throw errorAt("a key and its colon must be on one line", apart);
      if (first && "indent" in first && first.indent !== indent) throw errorAt(INDENTATION, firstOf(item));
      pairs.push(this.#pair(item, beforeKey, false));
    }
    return Object.assign(mapping, { end: pairs.at(-1)?.end ?? offset });
  }

  #flowCollection({ offset, start: open, items, end: [close, ...after] }: CST.FlowCollection, before: Before): RawNode {
    const pairs: RawPair[] = [];
    const nodes: RawNode[] = [];
    const located = { tag: before.tag, start: offset, end: (close?.offset ?? offset) + 1 };
    const isMapping = open.type === "flow-map-start";
    const collection: RawMapping | RawSequence = isMapping
      ? { type: "mapping", pairs, ...located }
      : { type: "sequence", items: nodes, ...located };
    this.#keep(before, collection);
    for (const [index, item] of items.entries()) {
      const beforeItem = this.#before(item.start, "explicit-key-ind");
      if (index === 0 && beforeItem.comma) throw errorAt(MISPLACED, beforeItem.comma);
      if (index > 0 && !beforeItem.comma) throw errorAt(MISSING, firstOf(item));
      if (isBlank(item, beforeItem)) continue;
      if (isMapping) pairs.push(this.#pair(item, beforeItem, true));
      else if (!item.sep && !beforeItem.indicator) nodes.push(this.#node(item.value, beforeItem));
      else {
        const pair = this.#pair(item, beforeItem, true);
        nodes.push({ type: "mapping", tag: undefined, pairs: [pair], start: pair.start, end: pair.end });
      }
    }
    checkEnd(after);
    return collection;
  }

  #pair(item: CST.CollectionItem, beforeKey: Before, inFlow: boolean): RawPair {
    const { key, sep = [], value } = item;
    const keyNode = this.#node(key, beforeKey);
    const keyEnd = this.#endOf(key, keyNode);
    const beforeValue = this.#before(sep, "map-value-ind");
    const colon = beforeValue.indicator;
    if (colon === undefined) {
      if (!inFlow && !beforeKey.indicator) throw errorAt(MISSING, key ?? firstOf(item));
      const stray = firstOf({ start: sep, value });
      if (stray !== undefined) throw errorAt(inFlow ? MISSING : "missing colon before this", stray);
    } else if (!key && !beforeKey.indicator) {
      throw errorAt("no key before this colon; quote the string if the colon is part of it", colon);
    }
    const valueNode = this.#node(value, colon ? beforeValue : { ...beforeValue, end: keyEnd });
    const start = key?.type === "alias" ? key.offset : keyNode.start;
    return { key: keyNode, value: valueNode, start, end: this.#endOf(value, valueNode) };
  }

  /** The end of a node in the text; for an alias, that of the alias itself. */
  #endOf(token: Child, node: RawNode): number {
    return token?.type === "alias" ? this.#token(token).end : node.end;
  }

  #keep(before: Before, node: RawNode): RawNode {
    const { anchor } = before;
    if (anchor === undefined) return node;
    if (this.#anchors.has(anchor.value))
      throw new YamlError(`the anchor &${anchor.value} is defined twice`, anchor.start);
    this.#anchors.set(anchor.value, node);
    return node;
  }

  /** The token of a tag, an anchor or an alias; its number follows its mark. */
  #token({ source }: { readonly source: string }): Token {
    const token = this.#lexed[Number(source.slice(1))];
    if (token === undefined) throw new Error(`no token ${source}`);
    return token;
  }
}

type Child = CST.Token | null | undefined;

interface Entry {
  readonly start: readonly CST.SourceToken[];
  readonly key?: Child;
  readonly sep?: readonly CST.SourceToken[] | undefined;
  readonly value?: Child;
}

const MISPLACED = "this is not allowed here";
const INDENTATION = "this is not indented like the lines around it";
const NO_BLOCK = "a list or mapping cannot begin here; put it on a new line";
const MISSING = "missing colon, comma or - here";

function errorAt(reason: string, token: Child): YamlError {
  return new YamlError(reason, token?.offset ?? 0);
}

function isSpace({ type }: CST.Token): boolean {
  return type === "space" || type === "newline";
}

function checkEnd(tokens: readonly CST.SourceToken[] = []): void {
  const stray = tokens.find((token) => !isSpace(token));
  if (stray !== undefined) throw errorAt(MISPLACED, stray);
}

/** Whether an entry contains only white space and at most a comma. */
function isBlank({ sep, value }: CST.CollectionItem, { indicator, anchor, tag }: Before): boolean {
  return !sep && !value && !indicator && anchor === undefined && tag === undefined;
}

/** The first token of an entry that is not white space. */
function firstOf({ start, key, sep = [], value }: Entry): Child {
  const first = [...start, key, ...sep, value].find((token) => token && !isSpace(token));
  return first?.type === "block-map" && first.items[0] ? firstOf(first.items[0]) : first;
}
