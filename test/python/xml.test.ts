import { expect, test } from "vitest";
import { readXml, type XmlElement, XmlError } from "../../src/python/xml.ts";

const short = ({ name, text, line, children }: XmlElement): unknown => [name, text, line, children.map(short)];

// As xml.etree.ElementTree of Python 3.11 reads them.
test.each([
  [`<?xml version='1.0'?>\n<a xmlns:p="u">\r\n<p:b x='1\n2' y="&lt;"/>t</a>\n`, ["a", "\n", 2, [["b", "", 3, []]]]],
  [
    "\uFEFF<!DOCTYPE a><a>x\r\n<!-- c --><![CDATA[<&]]>&#65;<?d?><b xml:lang=''/></a>",
    ["a", "x\n<&A", 1, [["b", "", 2, []]]],
  ],
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
  "<p:a/>",
  "<a><b xmlns:p='u'/><c p:x=''/></a>",
  "<a>&#xD800;</a>",
  "<?xml encoding='utf-8'?><a/>",
  `${"<a>".repeat(1000)}${"</a>".repeat(1000)}`,
  "<a>".repeat(100_000),
  "",
])("no XML: %j", (text) => expect(() => readXml(text)).toThrow(XmlError));

test("a message contains nothing of the text, which may be a password", () => {
  expect(() => readXml("<UserPassword>\nse&cret;</UserPassword>")).toThrow(/^invalid XML$/);
});
