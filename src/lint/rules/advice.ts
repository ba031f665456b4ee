/** The number of characters of advice; longer sections are cut after a sentence. */
const MOST = 240;

/** What a rule's document says first about the fix, in plain text of one line; "" if nothing. @param fix the section, in Markdown */
export function adviceIn(fix: string): string {
  const [paragraph = ""] = fix.split(/\n\s*\n/);
  const [first = "", ...others] = paragraph
    .replace(/\s+/g, " ")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "")
    .trim()
    .split(/(?<=[.:]) (?=[A-Z])/);
  let text = first;
  for (const sentence of others) {
    if (text.length + sentence.length >= MOST) break;
    text += ` ${sentence}`;
  }
  // A colon introduces the block that follows.
  return text.replace(/:$/, ".");
}
