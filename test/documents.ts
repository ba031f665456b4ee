import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import remarkParse from "remark-parse";
import { unified } from "unified";

/** The documents for people, without the pages of the rules, which are generated. */
export const DOCUMENTS: readonly string[] = [".", "docs", "fixtures"].flatMap((folder) =>
  readdirSync(folder).flatMap((name) => (name.endsWith(".md") ? [join(folder, name)] : [])),
);

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
  readonly position?: { readonly start: { readonly offset?: number } };
}

/** The blocks of commands in a document: the indented ones. A fence holds other text. */
export function commandBlocks(document: string): readonly string[] {
  const text = readFileSync(document, "utf8");
  const blocksOf = ({ type, value = "", children = [], position }: Node): string[] =>
    type === "code" && !/^[`~]/.test(text.slice(position?.start.offset)) ? [value] : children.flatMap(blocksOf);
  return blocksOf(unified().use(remarkParse).parse(text) as Node);
}
