import { splitLines } from "../../python/strings.ts";

/** A line of /etc/hosts: an address with names and a comment, or a line without an address, as it is. */
type HostsLine = { readonly words: readonly string[]; readonly comment: string } | { readonly text: string };

/** /etc/hosts as cloud-init edits it (distros/parsers/hosts.py, 18.5 to 26.2). */
export class HostsFile {
  readonly #source: string;
  #lines: readonly HostsLine[];

  constructor(source: string) {
    this.#source = source;
    this.#lines = parse(source);
  }

  /** The names on every line of an address. */
  namesOf(address: string): (readonly string[])[] {
    return this.#lines.flatMap((line) => ("words" in line && line.words[0] === address ? [line.words.slice(1)] : []));
  }

  /** Replaces all lines of an address; the new ones go to the end of the file. */
  replace(address: string, names: readonly (readonly string[])[], options: { readonly forgetful: boolean }): void {
    let kept = this.#lines.filter((line) => !("words" in line && line.words[0] === address));
    // Since 26.2 a file without remaining lines counts as not read yet.
    if (kept.length === 0 && options.forgetful) kept = parse(this.#source);
    const added = names.filter(({ length }) => length > 0).map((list) => ({ words: [address, ...list], comment: "" }));
    this.#lines = [...kept, ...added];
  }

  toString(): string {
    return this.#lines
      .map((line) => `${"words" in line ? line.words.join("\t") + line.comment : line.text}\n`)
      .join("");
  }
}

function parse(source: string): HostsLine[] {
  return splitLines(source).map((line) => {
    const trimmed = line.trim();
    const at = trimmed.includes("#") ? trimmed.indexOf("#") : trimmed.length;
    if (at === 0) return { text: line };
    return { words: trimmed.slice(0, at).trim().split(/\s+/), comment: trimmed.slice(at) };
  });
}
