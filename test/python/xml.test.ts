import { expect, test } from "vitest";
import { readXml, type XmlElement, XmlError } from "../../src/python/xml.ts";

const short = ({ name, attributes, text, children }: XmlElement): unknown => [
  name,
  Object.fromEntries(attributes),
  text,
  children.map(short),
];

// As xml.etree.ElementTree of Python 3.11 reads them.
test.each([
  [`<?xml version='1.0'?>\n<a><p:b x='1\n2' y="&lt;"/>t</a>\n`, ["a", {}, "", [["b", { x: "1 2", y: "<" }, "", []]]]],
  ["\uFEFF<a>x\r\n<!-- c --><![CDATA[<&]]>&#65;</a>", ["a", {}, "x\n<&A", []]],
])("%j", (text, expected) => expect(short(readXml(text))).toEqual(expected));

test.each([
  "<1a/>",
  "<a>]]></a>",
  "<a x='1' x='2'/>",
  "<a x=1/>",
  " <?xml version='1.0'?><a/>",
  "<a><!-- b -- c --></a>",
  "<a></A>",
  "<a/><b/>",
  "<a>&b;</a>",
  `${"<a>".repeat(1000)}`,
  "",
])("no XML: %j", (text) => expect(() => readXml(text)).toThrow(XmlError));
