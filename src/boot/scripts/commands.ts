/** A simple command of a shell script: its words, and the files that its output is redirected to. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly outputs: readonly string[];
}

/** The maximum length and number of commands of a script that are read. */
const LONGEST = 100_000;
const MOST = 2_000;

/** Blanks and operators. For a shell only these three are white space, unlike in Unicode. */
const WORD_ENDS = new Set(" \t\n;|&()<>");

/** Replaces the parts of a word that only the shell knows: a variable, a command's output. It occurs in no path. */
export const OPAQUE = "\0";

/**
 * The simple commands of a shell script, as far as its text shows them: quotes are resolved, expansions become OPAQUE,
 * here-documents and comments are omitted. Keywords such as `then` are separate words.
 */
export function shellCommands(source: string): ShellCommand[] {
  return new Reader(source.slice(0, LONGEST)).read();
}

class Reader {
  readonly #source: string;
  readonly #commands: ShellCommand[] = [];
  #at = 0;
  #words: string[] = [];
  #outputs: string[] = [];
  /** Here-documents whose text begins after the current line. */
  #pending: { delimiter: string; tabs: boolean }[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  read(): ShellCommand[] {
    while (this.#at < this.#source.length && this.#commands.length < MOST) this.#step();
    this.#finish();
    return this.#commands;
  }

  #step(): void {
    const character = this.#source[this.#at]!;
    if (character === "\n") {
      this.#at++;
      this.#finish();
      this.#skipDocuments();
    } else if (" \t".includes(character)) this.#at++;
    else if (this.#source.startsWith("\\\n", this.#at)) this.#at += 2;
    else if (character === "#") this.#skipLine();
    else if (";|&()".includes(character) && !this.#source.startsWith("&>", this.#at)) {
      this.#at++;
      this.#finish();
    } else if (!this.#redirection()) this.#words.push(this.#piece() + this.#word());
  }

  /** `>`, `>>`, `2>`, `&>`, `>|`, `<`, `<<EOF` and others. */
  #redirection(): boolean {
    const match = /(?:\d*|&)(>>|>\||>&|>|<<<|<<-?|<&|<>|<)[ \t]*/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.#source);
    if (found === null) return false;
    this.#at += found[0].length;
    const operator = found[1]!;
    const word = this.#word();
    if (operator.startsWith("<<") && operator !== "<<<")
      this.#pending.push({ delimiter: word, tabs: operator === "<<-" });
    else if (operator.startsWith(">") && !(operator === ">&" && /^[\d-]*$/.test(word))) this.#outputs.push(word);
    return true;
  }

  /** The rest of a word, up to a blank or an operator; "" if there is one here. */
  #word(): string {
    let word = "";
    while (this.#at < this.#source.length && !WORD_ENDS.has(this.#source[this.#at]!)) word += this.#piece();
    return word;
  }

  /** The next part of a word: at least one character is read. */
  #piece(): string {
    const character = this.#source[this.#at++]!;
    if (character === "\\") return (this.#source[this.#at++] ?? "").replace("\n", "");
    if (character === "'") return this.#until("'");
    if (character === '"') return this.#doubleQuoted();
    if (character === "`") {
      this.#until("`");
      return OPAQUE;
    }
    return character === "$" ? this.#expansion() : character;
  }

  /** The text before the next `end`, which is skipped. */
  #until(end: string): string {
    const close = this.#source.indexOf(end, this.#at);
    const text = this.#source.slice(this.#at, close === -1 ? undefined : close);
    this.#at = close === -1 ? this.#source.length : close + 1;
    return text;
  }

  #doubleQuoted(): string {
    let text = "";
    while (this.#at < this.#source.length) {
      const character = this.#source[this.#at++]!;
      if (character === '"') break;
      if (character === "\\" && '$`"\\\n'.includes(this.#source[this.#at] ?? "")) text += this.#source[this.#at++];
      else if (character === "$") text += this.#expansion();
      else if (character === "`") {
        this.#until("`");
        text += OPAQUE;
      } else text += character;
    }
    return text;
  }

  /** Skips `$NAME`, `${...}` or `$(...)`, whose `$` is read already. */
  #expansion(): string {
    const open = this.#source[this.#at];
    if (open === "{" || open === "(") {
      const close = open === "{" ? "}" : ")";
      let depth = 0;
      do {
        const character = this.#source[this.#at++];
        if (character === undefined) break;
        if (character === open) depth++;
        else if (character === close) depth--;
      } while (depth > 0);
      return OPAQUE;
    }
    const name = /[A-Za-z_]\w*|[\d?#@*!$-]/y;
    name.lastIndex = this.#at;
    const found = name.exec(this.#source);
    this.#at += found?.[0].length ?? 0;
    return found === null ? "$" : OPAQUE;
  }

  #skipLine(): void {
    const end = this.#source.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#source.length : end;
  }

  #skipDocuments(): void {
    for (const { delimiter, tabs } of this.#pending) {
      for (let ended = false; !ended && this.#at < this.#source.length; ) {
        const line = this.#until("\n");
        ended = (tabs ? line.replace(/^\t+/, "") : line) === delimiter;
      }
    }
    this.#pending = [];
  }

  #finish(): void {
    if (this.#words.length > 0 || this.#outputs.length > 0)
      this.#commands.push({ words: this.#words, outputs: this.#outputs });
    this.#words = [];
    this.#outputs = [];
  }
}
