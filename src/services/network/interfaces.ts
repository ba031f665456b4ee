import { type Image, readText } from "../../image/image.ts";
import { unknownReason } from "../../image/unknown.ts";
import { Includes } from "../includes.ts";
import { type Line, words } from "../lines.ts";
import type { Setting } from "../service.ts";
import { SettingMap } from "../settingMap.ts";

export const INTERFACES = "/etc/network/interfaces";

/** One `iface` stanza of interfaces(5). */
export interface Stanza {
  readonly name: string;
  /** "inet", "inet6" ...; "" if a file is unknown as a whole. */
  readonly family: string;
  readonly method: string;
  /** The words of each option line. */
  readonly options: readonly (readonly string[])[];
  readonly path: string;
  readonly line: number;
}

/** What ifupdown reads. */
export interface Interfaces {
  readonly stanzas: readonly Stanza[];
  /** The interfaces that a keyword such as "auto" or "allow-hotplug" brings up. */
  readonly started: readonly Setting[];
  /** All files that are read. */
  readonly files: ReadonlySet<string>;
  /** The lines that read other files. */
  readonly sources: readonly { readonly path: string; readonly line: number; readonly text: string }[];
}

/**
 * interfaces(5) with the files that it sources: "iface <name> <family>" has the method and the options of all stanzas of
 * that name as its value; "auto <name>" and "allow-hotplug <name>" exist if the interface is brought up that way.
 * @throws UnreadableService if too much is sourced.
 */
export function readInterfaces(image: Image): Setting[] {
  const settings = new SettingMap();
  const { stanzas, started } = parseInterfaces(image);
  for (const setting of started) settings.offer(setting);
  for (const stanza of stanzas) settings.append(settingOf(stanza), "; ");
  return settings.list();
}

/** A stanza as a setting of its own. */
export function settingOf({ name, family, method, options, path, line }: Stanza): Setting {
  const value = [method, ...options.map((option) => option.join(" "))].join(", ");
  return { key: `iface ${name} ${family}`.trim(), value, path, line };
}

/** @throws UnreadableService if too much is sourced */
export function parseInterfaces(image: Image): Interfaces {
  const stanzas: Stanza[] = [];
  const started: Setting[] = [];
  const sources: { path: string; line: number; text: string }[] = [];
  const files = new Set<string>();
  const includes = new Includes(image, INTERFACES);

  function readFile(path: string): void {
    // Files can source each other.
    if (files.has(path)) return;
    files.add(path);
    const unknown = unknownReason(readText(image, path) ?? "");
    if (unknown !== undefined)
      stanzas.push({ name: `<<unknown:${unknown}>>`, family: "", method: "unknown", options: [], path, line: 1 });
    let stanza: (Stanza & { readonly options: (readonly string[])[] }) | undefined;
    for (const { text, line } of logicalLines(includes.lines(path))) {
      const [keyword = "", ...args] = words(text);
      const isStart =
        /^(iface|mapping|template|rename|auto|allow-.*|source(-dir(ectory)?)?|no-auto-down|no-scripts)$/.test(keyword);
      if (isStart) stanza = undefined;
      if (keyword === "iface") {
        const [name = "", family = "", ...method] = args;
        stanza = { name, family, method: method.join(" "), options: [], path, line };
        stanzas.push(stanza);
      } else if (keyword === "auto" || keyword.startsWith("allow-")) {
        for (const name of args) started.push({ key: `${keyword} ${name}`, value: "yes", path, line });
      } else if (keyword.startsWith("source") && isStart) {
        sources.push({ path, line, text });
        for (const pattern of args)
          for (const one of sourced(includes, path, keyword, pattern)) includes.nested(one, () => readFile(one));
      } else if (!isStart) {
        stanza?.options.push([keyword, ...args]);
      }
    }
  }

  readFile(INTERFACES);
  return { stanzas, started, files, sources };
}

/** Lines without comments; a trailing backslash continues a line on the next. */
function logicalLines(physical: readonly Line[]): { text: string; line: number }[] {
  const lines: { parts: string[]; line: number }[] = [];
  let continues = false;
  for (const { text, number } of physical) {
    if (!continues && /^\s*(#|$)/.test(text)) continue;
    const part = text.endsWith("\\") ? text.slice(0, -1) : text;
    if (continues) lines.at(-1)!.parts.push(part);
    else lines.push({ parts: [part], line: number });
    continues = text.endsWith("\\");
  }
  return lines.map(({ parts, line }) => ({ text: parts.join(""), line }));
}

function sourced(includes: Includes, from: string, keyword: string, pattern: string): readonly string[] {
  const absolute = pattern.startsWith("/") ? pattern : `${from.slice(0, from.lastIndexOf("/"))}/${pattern}`;
  const paths = includes.glob(absolute);
  if (keyword === "source") return paths;
  return paths.flatMap((directory) =>
    includes
      .list(directory)
      .filter((name) => /^[A-Za-z0-9_-]+$/.test(name))
      .map((name) => `${directory}/${name}`),
  );
}
