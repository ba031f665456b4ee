import { createHash } from "node:crypto";
import type { Image } from "../../image/image.ts";
import { readLines, words } from "../lines.ts";
import type { SourceEntry } from "./entry.ts";

/** A field of a stanza: its joined lines, and the line on which it begins. */
interface Field {
  value: string;
  readonly line: number;
}

/** The enabled entries of a file in the deb822 style of sources.list(5); a stanza expands to all its combinations. */
export function readDeb822Sources(image: Image, path: string): SourceEntry[] {
  return stanzas(image, path).flatMap((stanza) => {
    if (/^(no|false|without|off|disable)$/i.test(stanza.get("enabled")?.value.trim() ?? "")) return [];
    const list = (name: string) => words(stanza.get(name)?.value ?? "");
    const uris = list("uris");
    const suites = list("suites");
    const types = list("types");
    if (uris.length * suites.length * types.length > COMBINATIONS_LIMIT) return [];
    const shared = {
      components: list("components"),
      options: optionsOf(stanza),
      path,
      line: stanza.get("uris")?.line ?? 0,
    };
    return uris.flatMap((uri) => suites.flatMap((suite) => types.map((type) => ({ type, uri, suite, ...shared }))));
  });
}

const COMBINATIONS_LIMIT = 1000;

function stanzas(image: Image, path: string): Map<string, Field>[] {
  const found: Map<string, Field>[] = [new Map()];
  let field: Field | undefined;
  for (const { text, number } of readLines(image, path)) {
    if (text.startsWith("#")) continue;
    const colon = text.indexOf(":");
    if (text.trim() === "") {
      field = undefined;
      found.push(new Map());
    } else if (/^[ \t]/.test(text)) {
      if (field !== undefined) field.value += `\n${text.trim()}`;
    } else if (colon > 0) {
      field = { value: text.slice(colon + 1).trim(), line: number };
      found.at(-1)!.set(text.slice(0, colon).toLowerCase(), field);
    }
  }
  return found;
}

const OWN_FIELDS = new Set(["types", "uris", "suites", "components", "enabled", "description"]);
const ONE_LINE_NAMES: Readonly<Record<string, string>> = {
  architectures: "arch",
  languages: "lang",
  targets: "target",
};

function optionsOf(stanza: ReadonlyMap<string, Field>): Map<string, string> {
  const options = new Map<string, string>();
  for (const [name, { value }] of stanza) {
    if (OWN_FIELDS.has(name) || name.startsWith("x-")) continue;
    const isKey = name === "signed-by" && value.includes("-----BEGIN");
    const shown = isKey
      ? `(inline key, sha256 ${createHash("sha256").update(value).digest("hex").slice(0, 12)})`
      : undefined;
    options.set(ONE_LINE_NAMES[name] ?? name, shown ?? words(value).join(","));
  }
  return options;
}
