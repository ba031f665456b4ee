/** The length limit for a word or a line, in UTF-16 units; a kernel accepts about 4,000 characters. */
const LIMIT = 65_536;

/** White space in a shell; anything else, such as a no-break space or a form feed, is part of a word. */
const BLANKS = " \t\n";
/** Characters that end a command. */
const ENDS = ";&|";

/** A word of shell text, and the position after it. */
export interface ShellWord {
  readonly text: string;
  readonly end: number;
}

/**
 * The word that begins at `start`, with quotes and escapes resolved as in a POSIX shell; "" at a blank. `$NAME` and
 * `${NAME}` become the result of `variable`; nothing else is expanded or run. Nothing is an error, not even an unclosed
 * quote.
 */
export function shellWord(source: string, start: number, variable: (name: string) => string): ShellWord {
  let text = "";
  let at = start;
  let quote = "";
  for (const limit = Math.min(source.length, start + LIMIT); at < limit; at++) {
    const char = source[at]!;
    if (quote === "'") {
      if (char === "'") quote = "";
      else text += char;
    } else if (char === "\\") {
      at += 1;
      const next = source[at] ?? "";
      // Within double quotes a backslash is literal except before these characters.
      if (quote === '"' && !'$`"\\\n'.includes(next)) text += "\\";
      if (next !== "\n") text += next;
    } else if (char === '"') {
      quote = quote === '"' ? "" : '"';
    } else if (char === "$") {
      const name = /^\$(?:\{(\w{1,100})\}|(\w{1,100}))/.exec(source.slice(at, at + 110));
      text += name === null ? "$" : variable(name[1] ?? name[2]!);
      if (name !== null) at += name[0].length - 1;
    } else if (quote === "" && char === "'") {
      quote = "'";
    } else if (quote === "" && (BLANKS.includes(char) || ENDS.includes(char))) {
      break;
    } else {
      text += char;
    }
  }
  return { text, end: at };
}

/** The words of one line, up to a comment or the end of the command. */
export function shellWords(line: string, variable: (name: string) => string): string[] {
  const words: string[] = [];
  let at = 0;
  for (const limit = Math.min(line.length, LIMIT); at < limit; ) {
    const char = line[at]!;
    if (BLANKS.includes(char)) {
      at += 1;
    } else if (char === "#" || ENDS.includes(char)) {
      break;
    } else {
      const word = shellWord(line, at, variable);
      words.push(word.text);
      at = word.end;
    }
  }
  return words;
}
