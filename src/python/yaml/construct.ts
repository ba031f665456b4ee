import { hashOf } from "../dataModel.ts";
import type { ConfigNode, Mapping, Pair, Scalar, Sequence } from "../tree.ts";
import type { Position } from "../unist.ts";
import { fromScalar } from "../value.ts";
import type { RawMapping, RawNode, RawPair } from "./nodes.ts";
import { CONVERSIONS, type Conversion, implicitTag, YAML_TAGS } from "./resolve.ts";
import { pointAt, type Source, YamlError } from "./source.ts";
import { MAX_DEPTH } from "./structure.ts";

/**
 * Does to the raw tree what PyYAML's safe constructor does: resolves tags, merges `<<`, and keeps the last of the pairs
 * with equal keys. A set becomes a mapping to null; the tuples of an ordered map or of pairs become sequences of two.
 * @throws YamlError
 */
export function construct(source: Source, path: string, root: RawNode): ConfigNode {
  return new Constructor(source, path).node(root);
}

/** A key with the pair that holds its value, and those that held it before, oldest first. */
interface Slot {
  readonly key: Scalar;
  winner: RawPair;
  readonly losers: Set<RawPair>;
}

/** How many mappings may merge one another in a row; PyYAML fails a little later. */
const MAX_MERGE_DEPTH = 900;

/** The maximum number of merged pairs; PyYAML needs gigabytes for more. */
const MAX_MERGED = 1_000_000;

/** The maximum number of values that aliases repeat; writing out more would exhaust memory. */
const MAX_REPEATED = 1_000_000;

class Constructor {
  readonly #source: Source;
  readonly #path: string;
  readonly #done = new Map<RawNode, ConfigNode>();
  readonly #heights = new Map<ConfigNode, number>();
  /** How many values a list or mapping holds, aliases written out. */
  readonly #sizes = new Map<ConfigNode, number>();
  readonly #pairs = new Map<RawPair, Pair>();
  readonly #slots = new Map<RawMapping, Map<unknown, Slot>>();
  /** Nodes being made, outermost first. */
  readonly #open = new Set<RawNode>();
  #merged = 0;
  #mergeDepth = 0;

  constructor(source: Source, path: string) {
    this.#source = source;
    this.#path = path;
  }

  node(raw: RawNode): ConfigNode {
    const known = this.#done.get(raw);
    if (known !== undefined) return known;
    if (this.#open.has(raw)) throw new YamlError("this contains itself through an alias", raw.start);
    if (this.#open.size > MAX_DEPTH) throw tooDeep(raw);
    this.#open.add(raw);
    const node = this.#make(raw, tagOf(raw));
    this.#open.delete(raw);
    this.#done.set(raw, node);
    this.#measure(node, raw);
    return node;
  }

  #make(raw: RawNode, tag: string): ConfigNode {
    const name = tag.startsWith(YAML_TAGS) ? tag.slice(YAML_TAGS.length) : "";
    const conversion = CONVERSIONS.get(name);
    if (conversion !== undefined) return this.#scalar(raw, name, conversion);
    if (name === "map" || name === "set") return this.#mapping(raw, name);
    if (name === "seq")
      return this.#sequence(
        raw,
        this.#items(raw, name).map((item) => this.node(item)),
      );
    if (name === "omap" || name === "pairs") {
      return this.#sequence(
        raw,
        this.#items(raw, name).map((item) => this.#tuple(item, name)),
      );
    }
    const text = raw.type === "scalar" && raw.tag === undefined ? raw.text : undefined;
    const reason = text === undefined ? `unknown tag ${tag}; remove it` : `${text} is special in YAML; quote it`;
    throw new YamlError(reason, raw.start);
  }

  #scalar(raw: RawNode, name: string, conversion: Conversion): Scalar {
    const text = name === "timestamp" && raw.type !== "scalar" ? undefined : scalarText(raw);
    if (text === undefined) throw new YamlError(`the tag !!${name} needs a scalar`, raw.start);
    const scalar = conversion(text);
    if (scalar === undefined) throw new YamlError(`this is not a valid ${name}; quote it if it is text`, raw.start);
    return { type: "scalar", ...scalar, ...this.#located(raw) };
  }

  #items(raw: RawNode, name: string): readonly RawNode[] {
    if (raw.type !== "sequence") throw new YamlError(`the tag !!${name} needs a list`, raw.start);
    return raw.items;
  }

  #sequence(raw: RawNode, children: readonly ConfigNode[]): Sequence {
    return { type: "sequence", children, ...this.#located(raw) };
  }

  /** An entry of an ordered map or of pairs: a mapping with one key, which may be of any type. */
  #tuple(raw: RawNode, name: string): Sequence {
    const [pair, ...more] = raw.type === "mapping" ? raw.pairs : [];
    if (pair === undefined || more.length > 0) {
      throw new YamlError(`an entry of !!${name} must be a mapping with one key`, raw.start);
    }
    return this.#sequence(raw, [this.node(pair.key), this.node(pair.value)]);
  }

  #mapping(raw: RawNode, name: "map" | "set"): Mapping {
    if (raw.type !== "mapping") throw new YamlError(`the tag !!${name} needs a mapping`, raw.start);
    const children = [...this.#flatten(raw).values()].map((slot) => this.#pairOf(slot));
    if (name === "map") return { type: "mapping", children, ...this.#located(raw) };
    const empty: Omit<Scalar, "position"> = { type: "scalar", kind: "null", value: null, path: this.#path };
    const members = children.map((pair) => ({ ...pair, value: { ...empty, position: pair.key.position } }));
    return { type: "mapping", children: members, ...this.#located(raw) };
  }

  /**
   * The pairs of a mapping by key. What `<<` merges comes first, of a list of mappings the last first, so that earlier
   * ones win and the mapping's own pairs win over all. A mapping that merges itself gives it nothing.
   */
  #flatten(raw: RawMapping): ReadonlyMap<unknown, Slot> {
    const known = this.#slots.get(raw);
    if (known !== undefined) return known;
    this.#slots.set(raw, new Map());
    if (++this.#mergeDepth > MAX_MERGE_DEPTH) throw new YamlError("<< merges through too many mappings", raw.start);
    const slots = new Map<unknown, Slot>();
    for (const pair of raw.pairs) {
      if (tagOf(pair.key) !== MERGE_TAG) continue;
      for (const merged of this.#mergedMappings(pair)) {
        for (const [id, slot] of this.#flatten(merged)) {
          this.#merged += 1 + slot.losers.size;
          if (this.#merged > MAX_MERGED) throw new YamlError("<< merges too many keys here", pair.start);
          addTo(slots, id, slot);
        }
      }
    }
    for (const pair of raw.pairs) {
      if (tagOf(pair.key) === MERGE_TAG) continue;
      const key = this.#key(pair.key);
      addTo(slots, hashOf(fromScalar(key)), { key, winner: pair, losers: new Set() });
    }
    this.#mergeDepth--;
    this.#slots.set(raw, slots);
    return slots;
  }

  #mergedMappings({ value }: RawPair): RawMapping[] {
    const merged = value.type === "sequence" ? [...value.items].reverse() : [value];
    return merged.map((node) => {
      if (node.type !== "mapping") throw new YamlError("<< needs a mapping or a list of mappings", node.start);
      return node;
    });
  }

  #key(raw: RawNode): Scalar {
    const key = tagOf(raw) === VALUE_TAG ? this.#make(raw, `${YAML_TAGS}str`) : this.node(raw);
    if (key.type === "scalar") return key;
    throw new YamlError("a list or mapping cannot be a key", raw.start);
  }

  #pairOf({ key, winner, losers }: Slot): Pair {
    const pair = this.#pair(winner);
    const shadowed = [...losers].filter((loser) => loser !== winner).map((loser) => this.#pair(loser));
    const isSame = key.kind === pair.key.kind && Object.is(key.value, pair.key.value);
    const sameKey = isSame ? pair.key : { ...key, position: pair.key.position };
    return shadowed.length === 0 && sameKey === pair.key
      ? pair
      : { ...pair, key: sameKey, shadowed: shadowed.reverse() };
  }

  #pair(raw: RawPair): Pair {
    const known = this.#pairs.get(raw);
    if (known !== undefined) return known;
    const pair: Pair = {
      type: "pair",
      key: this.#key(raw.key),
      value: this.node(raw.value),
      shadowed: [],
      ...this.#located(raw),
    };
    this.#pairs.set(raw, pair);
    return pair;
  }

  #located({ start, end }: RawNode | RawPair): { path: string; position: Position } {
    return { path: this.#path, position: { start: pointAt(this.#source, start), end: pointAt(this.#source, end) } };
  }

  /** Aliases can nest values deeper than their brackets and indentation do. */
  #measure(node: ConfigNode, raw: RawNode): void {
    if (node.type === "scalar") return;
    let height = 0;
    let size = 1;
    for (const child of node.children) {
      const value = child.type === "pair" ? child.value : child;
      height = Math.max(height, this.#heights.get(value) ?? 0);
      size += this.#sizes.get(value) ?? 1;
    }
    if (size > MAX_REPEATED) throw new YamlError("its aliases repeat more than a million values", raw.start, "size");
    this.#sizes.set(node, size);
    if (height >= MAX_DEPTH) throw tooDeep(raw);
    this.#heights.set(node, height + 1);
  }
}

function addTo(slots: Map<unknown, Slot>, id: unknown, { key, winner, losers }: Slot): void {
  const slot = slots.get(id);
  if (slot === undefined) {
    slots.set(id, { key, winner, losers: new Set(losers) });
    return;
  }
  slot.losers.add(slot.winner);
  for (const loser of losers) slot.losers.add(loser);
  slot.winner = winner;
}

function tooDeep(raw: RawNode): YamlError {
  return new YamlError(`nested more than ${MAX_DEPTH} levels deep`, raw.start, "depth");
}

const MERGE_TAG = `${YAML_TAGS}merge`;
const VALUE_TAG = `${YAML_TAGS}value`;

/** The tag of a node in full, found by its looks where it has none or `!`. */
function tagOf(raw: RawNode): string {
  if (raw.tag !== undefined && raw.tag !== "!") return raw.tag;
  if (raw.type !== "scalar") return YAML_TAGS + (raw.type === "mapping" ? "map" : "seq");
  return raw.plain || raw.tag === "!" ? implicitTag(raw.text) : `${YAML_TAGS}str`;
}

/** The text of a scalar, or of the value that a mapping has under the key `=`. */
function scalarText(raw: RawNode): string | undefined {
  if (raw.type === "scalar") return raw.text;
  const value = raw.type === "mapping" ? raw.pairs.find((pair) => tagOf(pair.key) === VALUE_TAG)?.value : undefined;
  return value === undefined ? undefined : scalarText(value);
}
