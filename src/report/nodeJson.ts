import { unknown } from "../boot/unknown.ts";
import type { ConfigNode, Scalar } from "../config/tree.ts";
import { pyStr } from "../config/value.ts";

/** Aliases can make a value of any size out of a few lines: beyond so many characters nothing more is written out. */
export const MAX_CHARACTERS = 20_000_000;

/** What stands for a value that is not written out. */
export const TOO_LARGE = unknown("too large to be shown");

/**
 * A configuration value as JSON text. Numbers keep all their digits and floats their point; dates, infinity and "nan" are
 * strings, as Python's str() writes them; bytes are a string in base64. `indent` is what the first line already has.
 */
export function nodeJson(node: ConfigNode, indent: string, budget = { left: MAX_CHARACTERS }): string {
  if (node.type === "scalar") {
    const text = scalarJson(node);
    budget.left -= text.length;
    return text;
  }
  if (budget.left <= 0) return JSON.stringify(TOO_LARGE);
  const inner = `${indent}  `;
  budget.left -= inner.length;
  const [open, close] = node.type === "sequence" ? "[]" : "{}";
  const items =
    node.type === "sequence"
      ? node.children.map((child) => nodeJson(child, inner, budget))
      : Array.from(lastOfEachKey(node.children), ([key, value]) => {
          budget.left -= key.length + inner.length;
          return `${JSON.stringify(key)}: ${nodeJson(value, inner, budget)}`;
        });
  return items.length === 0 ? `${open}${close}` : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`;
}

/** Keys that differ for Python can be the same text: 1 and "1". */
function lastOfEachKey(
  pairs: readonly { readonly key: Scalar; readonly value: ConfigNode }[],
): Map<string, ConfigNode> {
  return new Map(pairs.map(({ key, value }) => [pyStr(key), value]));
}

function scalarJson(node: Scalar): string {
  const { kind, value } = node;
  if (kind === "binary") return JSON.stringify(Buffer.from(String(value), "latin1").toString("base64"));
  if (kind === "int") return String(value);
  if (kind === "float") return Number.isFinite(value) ? pyStr(node) : JSON.stringify(pyStr(node));
  return JSON.stringify(value);
}
