/** Calls `visit` for each line that begins with `start`; it returns where to continue, or undefined to stop. */
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

/** The position of the next `text`, or the end of the content. */
export function endOf(content: Buffer, text: string, from: number): number {
  const end = content.indexOf(text, from);
  return end === -1 ? content.length : end;
}

/** The first word of a field of a paragraph. */
export function field(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}: *(\\S+)`, "m").exec(paragraph)?.[1];
}

/** What is wrong with a text database, as a message for the user; undefined if nothing is. */
export function damageOf(content: Buffer): string | undefined {
  if (content.includes(0)) return "it contains bytes that are not text";
  return content.length > 0 && content.at(-1) !== 0x0a ? "it ends in the middle of a line" : undefined;
}
