import { unknown } from "../image/unknown.ts";
import type { ConfigNode, Scalar } from "../python/tree.ts";
import { pyStr } from "../python/value.ts";

/** The number of characters after which the output is cut, since aliases can expand a few lines to any size. */
const MAX_CHARACTERS = 20_000_000;

/** Replaces everything that is cut. */
const TOO_LARGE = JSON.stringify(unknown("too large to show"));

/**
 * A configuration value as JSON text. Numbers keep all their digits and floats their point; dates, infinity and "nan" are
 * strings, as Python's str() writes them; bytes are a string in base64. `indent` is the indentation of the first line.
 */
export function nodeJson(node: ConfigNode, indent: string, limit = MAX_CHARACTERS): string {
  const writer = new Writer(limit);
  writer.value(node, indent);
  return writer.parts.join("");
}

class Writer {
  readonly parts: string[] = [];
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  value(node: ConfigNode, indent: string): void {
    if (node.type === "scalar") this.#write(scalarJson(node));
    else if (node.type === "sequence") {
      const items = node.children.map((child) => ["", child] as const);
      this.#collection("[]", items, TOO_LARGE, indent);
    } else {
      // Keys that differ in Python can be equal in JSON (1 and "1"): the last one is kept.
      const items = new Map(node.children.map(({ key, value }) => [`${JSON.stringify(pyStr(key))}: `, value]));
      this.#collection("{}", items, `${TOO_LARGE}: null`, indent);
    }
  }

  #collection(
    brackets: string,
    items: Iterable<readonly [lead: string, node: ConfigNode]>,
    tooLarge: string,
    indent: string,
  ): void {
    const inner = `\n${indent}  `;
    let separator = brackets.charAt(0);
    for (const [lead, node] of items) {
      this.#write(`${separator}${inner}`);
      separator = ",";
      if (this.#left <= 0) {
        this.#write(tooLarge);
        break;
      }
      this.#write(lead);
      this.value(node, `${indent}  `);
    }
    this.#write(separator === "," ? `\n${indent}${brackets.charAt(1)}` : brackets);
  }

  #write(text: string): void {
    this.parts.push(text);
    this.#left -= text.length;
  }
}

function scalarJson(node: Scalar): string {
  const { kind, value } = node;
  if (kind === "binary") return JSON.stringify(Buffer.from(String(value), "latin1").toString("base64"));
  if (kind === "int") return String(value);
  if (kind === "float") return Number.isFinite(value) ? pyStr(node) : JSON.stringify(pyStr(node));
  return JSON.stringify(value);
}
