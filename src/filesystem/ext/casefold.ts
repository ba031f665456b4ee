/**
 * A name as directories compare it that ignore case: decomposed, in lower case, without code points that are not seen
 * (fs/unicode, "NFDICF"). A name that is no UTF-8 is only equal to itself.
 * @param name bytes, one character for each
 */
export function folded(name: string): string {
  const text = Buffer.from(name, "latin1").toString("utf8");
  if (text.includes("\ufffd")) return name;
  // Upper case first, since "ß" and "ss" are equal; "ς" is "σ" at the end of a word.
  const lower = text.normalize("NFD").toUpperCase().toLowerCase().replaceAll("ς", "σ");
  return lower.normalize("NFD").replace(/\p{Default_Ignorable_Code_Point}/gu, "");
}
