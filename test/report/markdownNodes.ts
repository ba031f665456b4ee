import remarkParse from "remark-parse";
import { unified } from "unified";

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

/** What a summary is made of: no link, no image, no HTML but a fold. */
const TYPES = "root heading paragraph text strong inlineCode code list listItem break html".split(" ");
const FOLD = /^<details>\n<summary>\d+ (?:more findings?|images)<\/summary>$|^<\/details>$/;

/** What GitHub makes of text outside of code: links, mentions, references, footnotes, strikethrough, emoji. */
const ACTIVE = /@|:\/\/|www\.|#\d|~~|\bGH-\d|[<>[\]&]|\b[0-9a-f]{7,}\b|:\w+:/i;

/** What in a summary is more than text, headings, lists, tables, code and our fold. */
export function activeIn(markdown: string): string[] {
  const found: string[] = [];
  const look = (node: Node): void => {
    const { type, value = "", children = [] } = node;
    if (!TYPES.includes(type)) found.push(`${type}: ${value}`);
    if (type === "html" && !FOLD.test(value)) found.push(`html: ${value}`);
    if (type === "text" && ACTIVE.test(value)) found.push(`text: ${value}`);
    children.forEach(look);
  };
  look(unified().use(remarkParse).parse(markdown));
  const [table = ""] = markdown.split(/^### /m);
  for (const block of table.split("\n\n")) {
    const cells = block.startsWith("| Images |") ? 6 : 9;
    const rows = block.split("\n").filter((line) => line.startsWith("|"));
    for (const row of rows) if (row.split("|").length !== cells) found.push(`row: ${row}`);
  }
  return found;
}
