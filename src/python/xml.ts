/** An element of an XML document. Names have no prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text before the first child, as ElementTree's `text`. */
  readonly text: string;
  /** Its line, from 1. */
  readonly line: number;
}

/** Why a text is not XML, and on which line. */
export class XmlError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The number of levels that are read. */
const DEEPEST = 100;

interface Open {
  readonly name: string;
  readonly whole: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
  readonly line: number;
}

const NAME = String.raw`[\p{L}_:][\p{L}\p{N}_:.\-]*`;
const TOKEN = new RegExp(
  [
    String.raw`<!--[\s\S]*?-->`,
    String.raw`<\?(?![xX][mM][lL][\s?])${NAME}(?:\s[\s\S]*?)?\?>`,
    String.raw`<!\[CDATA\[([\s\S]*?)\]\]>`,
    String.raw`<\/(${NAME})\s*>`,
    String.raw`<(${NAME})((?:\s+${NAME}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>`,
    "[^<]+",
  ].join("|"),
  "uy",
);
const ATTRIBUTE = new RegExp(String.raw`(${NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')`, "gu");
/** It stands only at the very beginning. */
const DECLARATION = /^\uFEFF?(?:<\?xml\s[\s\S]*?\?>)?/;

/**
 * The root of a document without declarations of its own: those clouds write none.
 * @throws XmlError
 */
export function readXml(source: string): XmlElement {
  const text = source.replace(/\r\n?/g, "\n");
  const [declaration = ""] = DECLARATION.exec(text) ?? [];
  const stack: Open[] = [];
  let root: XmlElement | undefined;
  let line = declaration.split("\n").length;
  for (let at = declaration.length; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new XmlError("invalid or unsupported XML", line);
    const [whole, data, closed, opened, attributes = "", empty] = match;
    const holder = stack.at(-1);
    if (closed !== undefined) {
      if (holder?.whole !== closed) throw new XmlError(`</${closed}> closes no element`, line);
      stack.pop();
      root = add(holder, stack, root);
    } else if (opened !== undefined) {
      if (root !== undefined) throw new XmlError("a second element follows the root", line);
      if (stack.length >= DEEPEST) throw new XmlError("nested too deeply", line);
      const element = { name: local(opened), whole: opened, attributes: new Map(), children: [], text: "", line };
      const names = new Set<string>();
      for (const [, name = "", double, single = ""] of attributes.matchAll(ATTRIBUTE)) {
        if (names.has(name)) throw new XmlError(`<${opened}> has ${name} twice`, line);
        names.add(name);
        element.attributes.set(local(name), decoded((double ?? single).replace(/[\t\n]/g, " "), line));
      }
      if (empty === "/") root = add(element, stack, root);
      else stack.push(element);
    } else {
      if (!whole.startsWith("<") && whole.includes("]]>")) throw new XmlError('"]]>" in a text', line);
      if (whole.startsWith("<!--") && whole.indexOf("--", 4) < whole.length - 3)
        throw new XmlError('"--" in a comment', line);
      const own = data ?? (whole.startsWith("<") ? "" : decoded(whole, line));
      if (holder === undefined && own.trim() !== "") throw new XmlError("text outside the root", line);
      if (holder !== undefined && holder.children.length === 0) holder.text += own;
    }
    line += whole.split("\n").length - 1;
  }
  const [left] = stack;
  if (left !== undefined) throw new XmlError(`<${left.whole}> is not closed`, left.line);
  if (root === undefined) throw new XmlError("it contains no element", 1);
  return root;
}

function add(element: Open, stack: readonly Open[], root: XmlElement | undefined): XmlElement | undefined {
  const holder = stack.at(-1);
  holder?.children.push(element);
  return holder === undefined ? element : root;
}

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decoded(text: string, line: number): string {
  return text.replace(/&([^;]{0,20};)?/g, (whole, name: string = "") => {
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));$/.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (Number.isInteger(code) && code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    const entity = name.slice(0, -1);
    if (Object.hasOwn(ENTITIES, entity)) return ENTITIES[entity]!;
    throw new XmlError(`unknown entity ${whole.slice(0, 20)}`, line);
  });
}
