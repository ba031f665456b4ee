import { type Image, readText } from "../../image/image.ts";
import { unknownReason } from "../../image/unknown.ts";
import { Includes } from "../includes.ts";
import { type Line, words } from "../lines.ts";
import type { Setting } from "../service.ts";
import { SettingMap } from "../settingMap.ts";

const INTERFACES = "/etc/network/interfaces";

/**
 * interfaces(5) with the files that it sources: "iface <name> <family>" has the method and the options of all stanzas of
 * that name as its value; "auto <name>" and "allow-hotplug <name>" exist if the interface is brought up that way.
 * @throws UnreadableService if too much is sourced.
 */
export function readInterfaces(image: Image): Setting[] {
  const settings = new SettingMap();
  const read = new Set<string>();
  const includes = new Includes(image, INTERFACES);

  function readFile(path: string): void {
    // Files can source each other.
    if (read.has(path)) return;
    read.add(path);
    const unknown = unknownReason(readText(image, path) ?? "");
    if (unknown !== undefined) settings.offer({ key: `iface <<unknown:${unknown}>>`, value: "unknown", path, line: 1 });
    let stanza: Setting | undefined;
    const finish = () => {
      if (stanza !== undefined) settings.append(stanza, "; ");
      stanza = undefined;
    };
    for (const { text, line } of logicalLines(includes.lines(path))) {
      const [keyword = "", ...args] = words(text);
      const isStart =
        /^(iface|mapping|template|rename|auto|allow-.*|source(-directory)?|no-auto-down|no-scripts)$/.test(keyword);
      if (isStart) finish();
      if (keyword === "iface") {
        const [name = "", family = "", ...method] = args;
        stanza = { key: `iface ${name} ${family}`.trim(), value: method.join(" "), path, line };
      } else if (keyword === "auto" || keyword.startsWith("allow-")) {
        for (const name of args) settings.offer({ key: `${keyword} ${name}`, value: "yes", path, line });
      } else if (keyword === "source" || keyword === "source-directory") {
        for (const pattern of args)
          for (const one of sourced(includes, path, keyword, pattern)) includes.nested(one, () => readFile(one));
      } else if (!isStart && stanza !== undefined) {
        stanza = { ...stanza, value: `${stanza.value}, ${[keyword, ...args].join(" ")}` };
      }
    }
    finish();
  }

  readFile(INTERFACES);
  return settings.list();
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
  return lines.map(({ parts, line }) => ({ text: parts.join(" "), line }));
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
