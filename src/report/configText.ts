import { BUILTIN_PATH } from "../config/builtin.ts";
import type { Config } from "../config/config.ts";
import type { Origin } from "../image/origin.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { type ConfigNode, type Mapping, originOf, type Pair, type Scalar, type Sequence } from "../python/tree.ts";
import { pyStr } from "../python/value.ts";
import { escapeText, linesOf } from "./escape.ts";
import { escapeJson } from "./jsonText.ts";
import { nodeJson } from "./nodeJson.ts";
import { truncate } from "./width.ts";

/** The number of characters after which the output is cut, since aliases can expand a few lines to any size. */
const MAX_CHARACTERS = 10_000_000;

/** The number of columns shown of a shadowed value. */
const SHADOWED_WIDTH = 40;

/**
 * The effective configuration, similar to YAML: each value is followed by the line that sets it, and what it shadows.
 * @param secrets masks secrets; nothing is masked without it
 */
export function configText(config: Config, secrets?: Secrets): string {
  const writer = new Writer();
  writer.block(secrets?.config(config.root) ?? config.root, "");
  return `${writer.lines.join("\n")}\n`;
}

class Writer {
  readonly lines: string[] = [];
  #left = MAX_CHARACTERS;
  /** What the next line begins with instead of its indentation: the indentation of the enclosing list, and dashes. */
  #dashes: string | undefined;

  /** A mapping or a list on several lines. */
  block(node: Mapping | Sequence, indent: string): void {
    for (const child of node.children) {
      if (this.#left <= 0) {
        this.#line(indent, "# too large to show");
        return;
      }
      if (child.type === "pair") this.#pair(child, indent);
      else {
        this.#dashes = `${this.#dashes ?? indent}- `;
        if (isBlock(child)) this.block(child, `${indent}  `);
        else this.#leaf("", child, place(originOf(child)), indent);
      }
    }
  }

  #pair(pair: Pair, indent: string): void {
    const key = `${scalarText(pair.key)}:`;
    const shadows = pair.shadowed.filter((lost) => !isMerged(lost, pair)).map(shadow);
    if (isBlock(pair.value)) {
      this.#line(indent, shadows.length === 0 ? key : `${key}  # ${shadows.join(", ")}`);
      this.block(pair.value, `${indent}  `);
    } else this.#leaf(`${key} `, pair.value, [place(originOf(pair)), ...shadows].join(", "), indent);
  }

  #leaf(lead: string, node: ConfigNode, comment: string, indent: string): void {
    const text = node.type === "scalar" ? String(node.value) : "";
    if (node.type === "scalar" && node.kind === "str" && /^\S.*\n./.test(text) && isHarmless(text)) {
      const mark = text.endsWith("\n\n") ? "|+" : text.endsWith("\n") ? "|" : "|-";
      this.#line(indent, `${lead}${mark}  # ${comment}`);
      for (const line of linesOf(text)) this.#line(line === "" ? "" : `${indent}  `, line.replaceAll("\t", "    "));
    } else this.#line(indent, `${lead}${inOneLine(node)}  # ${comment}`);
  }

  #line(indent: string, text: string): void {
    const line = `${this.#dashes ?? indent}${escapeText(text)}`;
    this.#dashes = undefined;
    this.lines.push(line);
    this.#left -= line.length;
  }
}

/** Whether a string can be written as a block: characters that must be escaped need quotes. */
function isHarmless(text: string): boolean {
  const lines = text.replaceAll("\t", "    ");
  return escapeText(lines, { keepNewlines: true }) === lines;
}

/** Mappings of two files are merged; of two in one file the later one wins. */
function isMerged(lost: Pair, winner: Pair): boolean {
  return lost.value.type === "mapping" && winner.value.type === "mapping" && lost.path !== winner.path;
}

function shadow(pair: Pair): string {
  const value = nodeJson(pair.value, "", 10 * SHADOWED_WIDTH).replace(/\n\s*/g, " ");
  return `shadows ${place(originOf(pair))}: ${truncate(value, SHADOWED_WIDTH)}`;
}

function place({ path, line }: Origin): string {
  return path === BUILTIN_PATH ? path : `${path}:${line}`;
}

/** Whether a value is written on several lines: all except scalars, empty collections, and lists of scalars from one line. */
function isBlock(node: ConfigNode): node is Mapping | Sequence {
  if (node.type === "scalar" || node.children.length === 0) return false;
  if (node.type === "mapping") return true;
  const own = place(originOf(node));
  return node.children.some((child) => child.type !== "scalar" || place(originOf(child)) !== own);
}

function inOneLine(node: ConfigNode): string {
  if (node.type === "scalar") return scalarText(node);
  if (node.type === "mapping") return "{}";
  return `[${node.children.map((item) => scalarText(item as Scalar)).join(", ")}]`;
}

/** A scalar as YAML on one line, also inside brackets. */
function scalarText(node: Scalar): string {
  const { kind, value } = node;
  if (kind === "binary") return `!!binary ${Buffer.from(String(value), "latin1").toString("base64")}`;
  if (kind === "float") return Number.isFinite(value) ? pyStr(node) : pyStr(node).replace(/inf|nan/, ".$&");
  if (kind !== "str") return String(value);
  const text = String(value);
  return PLAIN.test(text) && !NO_STRING.test(text) ? text : escapeJson(JSON.stringify(text));
}

/** Strings that never need quotes: words, paths, addresses, sentences without characters that are special in YAML. */
const PLAIN = /^[A-Za-z_/](?:[\w/.@%+=();~$-]|:(?=[\w/])| (?=[\w/.@%+=();~$]))*$/;
const NO_STRING = /^(?:yes|no|on|off|true|false|null)$/i;
