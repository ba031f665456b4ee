import type { SecretKind } from "../../config/secret.ts";
import type { Image } from "../../image/image.ts";
import { readLines, readStatements } from "../lines.ts";

/** The kind of secret that a repository option contains (yum.conf(5), dnf.conf(5), libzypp). */
export function repositorySecret(key: string): SecretKind | undefined {
  const option = key.slice(key.lastIndexOf(" ") + 1);
  if (/^(?:proxy_)?username$/.test(option)) return "userinfo";
  if (/^sslclientkey$/.test(option)) return "key";
  return /pass|secret|token|^vars\/.*(?:key|pw|auth|cred)/i.test(option) ? "password" : undefined;
}

/** An option in an INI file; its value has a line feed between continued lines. */
export interface IniOption {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/**
 * The options as libdnf reads them: names are case-sensitive, and lines that begin with a blank continue a value. dnf
 * ignores a file with an invalid line, and so does this function.
 */
export function readDnfIni(
  image: Image,
  path: string,
): { sections: ReadonlySet<string>; options: readonly IniOption[] } {
  const sections = new Set<string>();
  const options: IniOption[] = [];
  const refused = { sections: new Set<string>(), options: [] };
  let section: string | undefined;
  let continues = false;
  for (const { text, number } of readLines(image, path)) {
    const trimmed = text.trim();
    if (trimmed === "" || /^[#;]/.test(text)) {
      continues = false;
    } else if (/^\s/.test(text) && continues) {
      const last = options.pop()!;
      options.push({ ...last, value: `${last.value}\n${trimmed}` });
    } else if (trimmed.startsWith("[")) {
      const end = trimmed.indexOf("]");
      if (end === -1) return refused;
      section = trimmed.slice(1, end);
      sections.add(section);
      continues = false;
    } else {
      const equals = text.indexOf("=");
      const name = text.slice(0, equals).trim();
      if (/^\s/.test(text) || section === undefined || equals === -1 || name === "") return refused;
      options.push({ section, name, value: text.slice(equals + 1).trim(), line: number });
      continues = true;
    }
  }
  return { sections, options };
}

/** The options as libzypp reads them: each line on its own, ignoring surrounding blanks. */
export function readZyppIni(image: Image, path: string): IniOption[] {
  const options: IniOption[] = [];
  let section: string | undefined;
  for (const { text, number } of readStatements(image, path, "#;")) {
    const equals = text.indexOf("=");
    if (text.startsWith("[")) section = text.slice(1, text.indexOf("]"));
    else if (section !== undefined && equals > 0)
      options.push({
        section,
        name: text.slice(0, equals).trim(),
        value: text.slice(equals + 1).trim(),
        line: number,
      });
  }
  return options;
}
