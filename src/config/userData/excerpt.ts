import type { Origin } from "../../image/origin.ts";
import type { ConfigNode, Pair, Scalar } from "../../python/tree.ts";
import type { Point, Position } from "../../python/unist.ts";
import { parseYaml, type YamlResult } from "../../python/yaml/load.ts";

/** A text in a file that the cloud provides, or decoded from such a file. */
export interface Excerpt {
  readonly text: string;
  /** The file. */
  readonly path: string;
  /** The line of the file on which the text begins, from 1. */
  readonly line: number;
  /** The indentation of its lines in the file. */
  readonly indent: number;
  /** Whether its lines appear unchanged in the file; otherwise `line` stands for the whole text. */
  readonly verbatim: boolean;
}

/** Where an excerpt begins. */
export function originOfExcerpt({ path, line, indent }: Excerpt): Origin {
  return { path, line, column: indent + 1 };
}

/** A text derived from an excerpt that the file does not contain literally. */
export function derived(from: Excerpt, text: string): Excerpt {
  return { ...from, text, verbatim: false };
}

/** The rendered text of a template. If it has as many lines as the template, they are assumed to correspond. */
export function renderedExcerpt(template: Excerpt, text: string): Excerpt {
  const sameLines = template.text.split("\n").length - 1 === text.split("\n").length;
  return sameLines && template.verbatim ? { ...template, text, line: template.line + 1 } : derived(template, text);
}

/** Parses an excerpt as YAML; positions of nodes and problems are those in the file. */
export function parseExcerpt(excerpt: Excerpt): YamlResult {
  const { node, error } = parseYaml(excerpt.text, excerpt.path);
  if (error !== undefined) {
    const { line, column } = inFile(excerpt, error);
    return { node, error: { ...error, line, column } };
  }
  const exact = excerpt.verbatim && excerpt.line === 1 && excerpt.indent === 0;
  return { node: node === undefined || exact ? node : moved(node, excerpt, new Map()), error };
}

/**
 * The text of a string inside an excerpt's YAML as an excerpt itself: a block scalar keeps its lines.
 * @param outerLines the lines of the outer excerpt's text
 */
export function excerptOf(outer: Excerpt, outerLines: readonly string[], node: Scalar, text: string): Excerpt {
  const { line, column } = node.position.start;
  const otherwise = { text, path: outer.path, line, indent: column - 1, verbatim: false };
  if (!outer.verbatim) return otherwise;
  const first = line + 1 - outer.line;
  const lines = text.replace(/\n$/, "").split("\n");
  const raw = outerLines.slice(first, first + lines.length);
  const filled = lines.findIndex((content) => content.trim() !== "");
  const indent = (raw[filled]?.length ?? 0) - (lines[filled]?.length ?? 0);
  const same = lines.every((content, index) =>
    content === "" ? raw[index]?.trim() === "" : raw[index] === " ".repeat(Math.max(0, indent)) + content,
  );
  return same && indent >= 0
    ? { ...otherwise, line: line + 1, indent: outer.indent + indent, verbatim: true }
    : otherwise;
}

function moved(node: ConfigNode, excerpt: Excerpt, done: Map<ConfigNode, ConfigNode>): ConfigNode {
  const known = done.get(node);
  if (known !== undefined) return known;
  const position = positionInFile(excerpt, node.position);
  const next = (child: ConfigNode) => moved(child, excerpt, done);
  const pair = (child: Pair): Pair => ({
    ...child,
    position: positionInFile(excerpt, child.position),
    key: next(child.key) as Scalar,
    value: next(child.value),
    shadowed: child.shadowed.map(pair),
  });
  const result: ConfigNode =
    node.type === "scalar"
      ? { ...node, position }
      : node.type === "sequence"
        ? { ...node, position, children: node.children.map(next) }
        : { ...node, position, children: node.children.map(pair) };
  done.set(node, result);
  return result;
}

function positionInFile(excerpt: Excerpt, { start, end }: Position): Position {
  return { start: inFile(excerpt, start), end: inFile(excerpt, end) };
}

function inFile({ line, indent, verbatim }: Excerpt, point: Point): Point {
  if (!verbatim) return { line, column: indent + 1 };
  return { line: point.line + line - 1, column: point.column + indent };
}
