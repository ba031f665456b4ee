import { Raises } from "./errors.ts";

/**
 * The words of shell text as Python's shlex.split(text, comments=True) gives them, `#` beginning a comment even within
 * a word. @throws Raises for an unclosed quote or escape.
 */
export function shlexSplit(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const finish = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "#") {
      finish();
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
    } else if (" \t\r\n".includes(character)) finish();
    else if (character === "\\") {
      if (++at === text.length) throw new Raises("an escape at the end of the string");
      word = (word ?? "") + text[at];
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(text, at);
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else word = (word ?? "") + character;
  }
  finish();
  return words;
}

/** The text in quotes that begin at `start`, and where they end. */
function readQuoted(text: string, start: number): { text: string; end: number } {
  const quote = text[start];
  let inner = "";
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return { text: inner, end: at };
    // Within double quotes a backslash only escapes a quote and itself.
    if (quote === '"' && text[at] === "\\" && (text[at + 1] === '"' || text[at + 1] === "\\")) at++;
    inner += text[at];
  }
  throw new Raises("a quote is not closed");
}

/** The variables of a file of shell assignments (util.load_shell_content, 18.5 to 26.2); empty ones are omitted. */
export function shellVariables(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const word of shlexSplit(text)) {
    const at = word.indexOf("=");
    if (at === -1) throw new Raises(`no assignment: ${word}`);
    if (at < word.length - 1) variables.set(word.slice(0, at), word.slice(at + 1));
  }
  return variables;
}
