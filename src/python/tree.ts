import type { Origin } from "../image/origin.ts";
import type { Bytes, Float, Time } from "./scalars.ts";
import type { Position, UnistNode } from "./unist.ts";

/**
 * The syntax tree of one cloud-config document, after YAML as PyYAML's safe_load understands it: aliases are expanded
 * to the very node they name (the same object), `<<` is merged, of duplicate keys the last one is kept.
 */
export type ConfigNode = Mapping | Sequence | Scalar;

interface Located extends UnistNode {
  readonly position: Position;
  /** The file the node was read from: a path in the image, or the name of the seed's file. */
  readonly path: string;
}

export interface Mapping extends Located {
  readonly type: "mapping";
  readonly children: readonly Pair[];
}

export interface Pair extends Located {
  readonly type: "pair";
  readonly key: Scalar;
  readonly value: ConfigNode;
  /** Values of the same key that lost to this one (a lower layer's, an earlier duplicate's), nearest first. */
  readonly shadowed: readonly Pair[];
}

export interface Sequence extends Located {
  readonly type: "sequence";
  readonly children: readonly ConfigNode[];
}

/** What PyYAML makes of a scalar. */
export type ScalarKind = "str" | "int" | "float" | "bool" | "null" | "date" | "datetime" | "binary";

export interface Scalar extends Located {
  readonly type: "scalar";
  readonly kind: ScalarKind;
  /** int beyond 2^53 as bigint; date and datetime as the text Python's str() gives; binary as its bytes in latin-1. */
  readonly value: string | number | bigint | boolean | null;
}

/** Where a node begins. */
export function originOf(node: ConfigNode | Pair): Origin {
  return { path: node.path, line: node.position.start.line, column: node.position.start.column };
}

/** A value with mappings as objects without prototype, whose keys are written as Python's str() does. */
export type ConfigValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Float
  | Time
  | Bytes
  | ConfigValue[]
  | ConfigObject;
export interface ConfigObject {
  [key: string]: ConfigValue;
}
