import { Raises } from "./errors.ts";
import { splitLines, strip } from "./strings.ts";

/**
 * A file of sections and options as Python's RawConfigParser keeps it: names of options in lower case, no comments,
 * DEFAULT first when it is written.
 */
export class IniFile {
  readonly #sections = new Map<string, Map<string, string>>();

  /** @throws Raises if Python's parser fails: no section, no delimiter, something twice */
  static parse(text: string): IniFile {
    const file = new IniFile();
    let section: Map<string, string> | undefined;
    let option: string | undefined;
    const own = new Set<string>();
    for (const [index, line] of splitLines(text).entries()) {
      const number = index + 1;
      const content = strip(line);
      const isComment = content.startsWith("#") || content.startsWith(";");
      const isIndented = /^\s/.test(line);
      if (content === "" || isComment) {
        if (content === "" && section !== undefined && option !== undefined) append(section, option, "");
        continue;
      }
      if (isIndented && section !== undefined && option !== undefined) {
        append(section, option, content);
        continue;
      }
      const name = /^\[([^\n]+)\]/.exec(content)?.[1];
      if (name !== undefined) {
        if (own.has(name)) throw new Raises(`the section ${name} occurs twice`);
        if (name !== "DEFAULT") own.add(name);
        section = file.#section(name);
        option = undefined;
        continue;
      }
      if (section === undefined) throw new Raises(`line ${number} comes before any section`);
      const at = content.search(/[=:]/);
      if (at < 1) throw new Raises(`line ${number} has no option`);
      option = strip(content.slice(0, at)).toLowerCase();
      if (section.has(option)) throw new Raises(`the option ${option} occurs twice`);
      section.set(option, strip(content.slice(at + 1)));
    }
    for (const options of file.#sections.values())
      for (const [key, value] of options) options.set(key, strip(value, null, "end"));
    return file;
  }

  set(section: string, option: string, value: string): void {
    this.#section(section).set(option.toLowerCase(), value);
  }

  toString(): string {
    const sections = [...this.#sections].sort(([a], [b]) => Number(b === "DEFAULT") - Number(a === "DEFAULT"));
    return sections
      .map(([name, options]) => {
        const lines = [...options].map(([key, value]) => `${key} = ${value.replaceAll("\n", "\n\t")}\n`);
        return name === "DEFAULT" && lines.length === 0 ? "" : `[${name}]\n${lines.join("")}\n`;
      })
      .join("");
  }

  #section(name: string): Map<string, string> {
    const known = this.#sections.get(name);
    if (known !== undefined) return known;
    const made = new Map<string, string>();
    this.#sections.set(name, made);
    return made;
  }
}

function append(section: Map<string, string>, option: string, line: string): void {
  section.set(option, `${section.get(option)}\n${line}`);
}
