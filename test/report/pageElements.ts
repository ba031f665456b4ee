import { type DefaultTreeAdapterTypes, parse } from "parse5";

/** An element of a page. */
export interface PageElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All text in it. */
  readonly text: string;
  /** From the outermost. */
  readonly ancestors: readonly PageElement[];
}

/** All elements of a page, as browsers parse it. @throws for anything that is not valid HTML */
export function pageElements(page: string): PageElement[] {
  const found: PageElement[] = [];
  const visit = (node: DefaultTreeAdapterTypes.Node, ancestors: readonly PageElement[]) => {
    let below = ancestors;
    if ("attrs" in node) {
      const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
      const element = { name: node.tagName, attributes, text: textOf(node), ancestors };
      found.push(element);
      below = [...ancestors, element];
    }
    if ("childNodes" in node) for (const child of node.childNodes) visit(child, below);
  };
  const onParseError = ({ code, startLine }: { code: string; startLine: number }) => {
    throw new Error(`line ${startLine}: ${code}`);
  };
  visit(parse(page, { onParseError }), []);
  return found;
}

function textOf(node: DefaultTreeAdapterTypes.Node): string {
  if ("value" in node) return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}
