import { BUILTIN_PATH } from "../config/builtin.ts";
import type { Config } from "../config/config.ts";
import {
  type ConfigNode,
  type Mapping,
  type Origin,
  originOf,
  type Pair,
  type Scalar,
  type Sequence,
} from "../config/tree.ts";
import { pyStr } from "../config/value.ts";
import { parseYaml } from "../config/yaml.ts";
import { escapeText, linesOf } from "./escape.ts";
import { nodeJson } from "./nodeJson.ts";
import { truncate } from "./width.ts";

/** Aliases can make a text of any size out of a few lines: beyond so many characters collections are left out. */
const MAX_CHARACTERS = 5_000_000;

/** Columns that are shown of a value that lost. */
const SHADOWED_WIDTH = 40;

/** The effective configuration, much like YAML: behind each value the line that sets it, and what that line shadows. */
export function configText(config: Config): string {
  const lines = linesOfCollection(config.root, { left: MAX_CHARACTERS });
  return `${lines.map((line) => escapeText(line)).join("\n")}\n`;
}

interface Budget {
  left: number;
}

/** The lines of a mapping or a list that is not empty, without indentation. */
function linesOfCollection(node: Mapping | Sequence, budget: Budget): string[] {
  if (budget.left <= 0) return ["# too large to be shown"];
  if (node.type === "mapping") return node.children.flatMap((pair) => linesOfPair(pair, budget));
  return node.children.flatMap((item) => {
    const [first = "", ...rest] = isBlock(item)
      ? linesOfCollection(item, budget)
      : leafLines("", item, place(originOf(item)));
    budget.left -= first.length;
    return [`- ${first}`, ...indent(rest)];
  });
}

function linesOfPair(pair: Pair, budget: Budget): string[] {
  const key = `${scalarText(pair.key)}:`;
  const shadows = pair.shadowed.filter((lost) => !isMerged(lost, pair)).map(shadow);
  budget.left -= key.length + shadows.join().length;
  if (isBlock(pair.value)) {
    const comment = shadows.length === 0 ? "" : `  # ${shadows.join(", ")}`;
    return [`${key}${comment}`, ...indent(linesOfCollection(pair.value, budget))];
  }
  const lines = leafLines(`${key} `, pair.value, [place(originOf(pair)), ...shadows].join(", "));
  budget.left -= lines.join().length;
  return lines;
}

/** Mappings of two files become one; of two in one file the later one wins. */
function isMerged(lost: Pair, winner: Pair): boolean {
  return lost.value.type === "mapping" && winner.value.type === "mapping" && lost.path !== winner.path;
}

function shadow(pair: Pair): string {
  const value = nodeJson(pair.value, "", { left: 10 * SHADOWED_WIDTH }).replace(/\n\s*/g, " ");
  return `shadows ${place(originOf(pair))}: ${truncate(value, SHADOWED_WIDTH)}`;
}

function place({ path, line }: Origin): string {
  return path === BUILTIN_PATH ? path : `${path}:${line}`;
}

/** Whether a value takes lines of its own: all but scalars, empty collections, and lists of scalars from one line. */
function isBlock(node: ConfigNode): node is Mapping | Sequence {
  if (node.type === "scalar" || node.children.length === 0) return false;
  const places = new Set([node, ...node.children].map((child) => place(originOf(child))));
  return node.type === "mapping" || places.size > 1 || node.children.some((child) => child.type !== "scalar");
}

function leafLines(lead: string, node: ConfigNode, comment: string): string[] {
  if (node.type === "mapping") return [`${lead}{}  # ${comment}`];
  if (node.type === "sequence") {
    const items = node.children.map((item) => scalarText(item as Scalar, true));
    return [`${lead}[${items.join(", ")}]  # ${comment}`];
  }
  const text = String(node.value);
  if (node.kind !== "str" || !/^\S.*\n./.test(text)) return [`${lead}${scalarText(node)}  # ${comment}`];
  const mark = text.endsWith("\n\n") ? "|+" : text.endsWith("\n") ? "|" : "|-";
  const lines = linesOf(text).map((line) => line.replaceAll("\t", "    "));
  return [`${lead}${mark}  # ${comment}`, ...indent(lines)];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** A scalar as YAML in one line; inside brackets fewer texts can do without quotes. */
function scalarText(node: Scalar, inBrackets = false): string {
  const { kind, value } = node;
  if (kind === "binary") return `!!binary ${Buffer.from(String(value), "latin1").toString("base64")}`;
  if (kind === "float") return Number.isFinite(value) ? pyStr(node) : pyStr(node).replace(/inf|nan/, ".$&");
  if (kind !== "str") return String(value);
  const text = String(value);
  return isPlain(text, inBrackets) ? text : JSON.stringify(text);
}

/** Whether a text without quotes is read as this text again. */
function isPlain(text: string, inBrackets: boolean): boolean {
  if (escapeText(text) !== text) return false;
  const { node } = parseYaml(inBrackets ? `[${text}]` : text, "");
  const read = inBrackets && node?.type === "sequence" && node.children.length === 1 ? node.children[0] : node;
  return read?.type === "scalar" && read.kind === "str" && read.value === text;
}
