import { XmlError as Malformed, type XmlElement as Node, parseXml, XmlText } from "@rgrove/parse-xml";

/** An element of an XML document. Names have no prefix. */
export interface XmlElement {
  readonly name: string;
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

/**
 * The root of a document. Entities that the document declares itself are not read: those clouds declare none.
 * @throws XmlError
 */
export function readXml(source: string): XmlElement {
  // The parser takes quadratic time for line ends of Windows.
  const text = source.replace(/\r\n?/g, "\n");
  const lines = lineCounter(text);
  try {
    const { root } = parseXml(text, { includeOffsets: true });
    if (root === null) throw new XmlError("it contains no element", 1);
    return element(root, lines, new Set(["xml"]), 1);
  } catch (error) {
    // The parser's own message has an excerpt, which could be a password.
    if (error instanceof Malformed) throw new XmlError("invalid XML", error.line);
    if (error instanceof RangeError) throw new XmlError("nested too deeply", 1);
    throw error;
  }
}

/** The parser does not check what ElementTree does: that prefixes are declared. */
function element(
  node: Node,
  lines: (offset: number) => number,
  prefixes: ReadonlySet<string>,
  level: number,
): XmlElement {
  const line = lines(node.start);
  if (level > DEEPEST) throw new XmlError("nested too deeply", line);
  const names = Object.keys(node.attributes);
  const declared = names.filter((name) => name.startsWith("xmlns:")).map((name) => name.slice(6));
  const known = declared.length === 0 ? prefixes : new Set([...prefixes, ...declared]);
  for (const name of [node.name, ...names]) {
    const colon = name.indexOf(":");
    if (colon >= 0 && !name.startsWith("xmlns:") && !known.has(name.slice(0, colon)))
      throw new XmlError("a name has a prefix that is not declared", line);
  }
  const elements = node.children.filter((child): child is Node => child.type === "element");
  const [first] = elements;
  const before = first === undefined ? node.children : node.children.slice(0, node.children.indexOf(first));
  return {
    name: node.name.slice(node.name.indexOf(":") + 1),
    text: before.map((child) => (child instanceof XmlText ? child.text : "")).join(""),
    line,
    children: elements.map((child) => element(child, lines, known, level + 1)),
  };
}

/** The line of an offset; offsets are asked for in ascending order. */
function lineCounter(text: string): (offset: number) => number {
  let at = 0;
  let line = 1;
  return (offset) => {
    for (let next = text.indexOf("\n", at); next >= 0 && next < offset; next = text.indexOf("\n", at)) {
      at = next + 1;
      line++;
    }
    return line;
  };
}
