import { Raises } from "../../python/errors.ts";
import { splitLines } from "../../python/strings.ts";

/** Longer lines are not parsed. */
const LONGEST = 4096;

interface Assignment {
  readonly key: string;
  readonly value: string;
  readonly comment: string;
}

/**
 * A file of shell variables as cloud-init edits it for Red Hat and SUSE (distros/parsers/sys_conf.py, 18.5 to 26.2):
 * all values are quoted again. Undefined if it contains something that is not simulated: sections, lists, nested
 * quotes.
 * @throws Raises if cloud-init's parser fails.
 */
export function readSysconfig(text: string): SysconfigFile | undefined {
  const lines: (Assignment | string)[] = [];
  const keys = new Set<string>();
  for (const line of splitLines(text)) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) lines.push(line);
    else {
      if (!trimmed.includes("=") && !trimmed.startsWith("["))
        throw new Raises(`this line is neither a variable nor a comment: ${trimmed}`);
      const match =
        line.length > LONGEST
          ? null
          : /^([\w.-]+)\s*=(?:\s*"([^"'\\,]*)"\s*|\s*'([^"'\\,]*)'\s*|([^"'\\,#]*))(#.*)?$/.exec(trimmed);
      if (match === null) return undefined;
      const [, key = "", double, single, bare = "", comment = ""] = match;
      if (keys.has(key)) throw new Raises(`${key} is set twice`);
      keys.add(key);
      lines.push({ key, value: double ?? single ?? bare.trim(), comment });
    }
  }
  return new SysconfigFile(lines);
}

export class SysconfigFile {
  readonly #lines: (Assignment | string)[];

  constructor(lines: (Assignment | string)[]) {
    this.#lines = lines;
  }

  get(key: string): string | undefined {
    const found = this.#lines.find((line) => typeof line !== "string" && line.key === key);
    return typeof found === "object" ? found.value : undefined;
  }

  set(key: string, value: string): void {
    const index = this.#lines.findIndex((line) => typeof line !== "string" && line.key === key);
    const old = this.#lines[index];
    const comment = typeof old === "object" ? old.comment : "";
    if (index === -1) this.#lines.push({ key, value, comment });
    else this.#lines[index] = { key, value, comment };
  }

  toString(): string {
    return this.#lines
      .map((line) => (typeof line === "string" ? line : `${line.key}=${quote(line.value)}${line.comment}`))
      .join("\n");
  }
}

/** Values with white space are quoted, with double quotes if they contain a variable. */
function quote(value: string): string {
  if (!/[\t\r\n ]/.test(value) || /^\s*\$\(.*\)\s*$/s.test(value)) return value;
  return /\$[a-zA-Z_0-9#?\-@*]|\$\{.+\}/.test(value) ? `"${value}"` : `'${value}'`;
}
