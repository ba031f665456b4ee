/** Calls `visit` where a line begins with `start`; it answers where to go on searching, undefined to stop. */
export function eachLine(content: Buffer, start: string, visit: (at: number) => number | undefined): void {
  const needle = Buffer.from(start);
  let from: number | undefined = 0;
  while (from !== undefined) {
    const at: number = content.indexOf(needle, from);
    if (at === -1) return;
    from = at === 0 || content[at - 1] === 0x0a ? visit(at) : at + 1;
  }
}

/** The paragraph around an index; paragraphs are separated by empty lines. */
export function paragraphAt(content: Buffer, at: number): { text: string; end: number } {
  const end = endOf(content, "\n\n", at);
  return { text: content.toString("utf8", content.lastIndexOf("\n\n", at) + 1, end), end };
}

/** Where `text` comes next, or the content ends. */
export function endOf(content: Buffer, text: string, from: number): number {
  const end = content.indexOf(text, from);
  return end === -1 ? content.length : end;
}

/** The first word of a field of a paragraph. */
export function field(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}: *(\\S+)`, "m").exec(paragraph)?.[1];
}

/** What is wrong with a database of text, in words for the user; undefined when nothing is. */
export function damageOf(content: Buffer): string | undefined {
  if (content.includes(0)) return "it holds bytes that are no text";
  return content.length > 0 && content.at(-1) !== 0x0a ? "it ends in the middle of a line" : undefined;
}
