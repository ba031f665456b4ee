import type { Image } from "../../image/image.ts";
import { sortNames } from "../../image/sort.ts";
import { readStatements, words } from "../lines.ts";
import type { Setting } from "../service.ts";
import { SettingMap } from "../settingMap.ts";

/** Directories of a systemd configuration file and its drop-ins, in order of precedence. */
const DIRECTORIES = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];

/** What of it lies outside /etc. */
export const TIMESYNCD_NEEDS: readonly string[] = DIRECTORIES.filter(
  (directory) => !directory.startsWith("/etc/"),
).flatMap((directory) => [`${directory.slice(1)}/timesyncd.conf`, `${directory.slice(1)}/timesyncd.conf.d`]);

/** Assignments to these keys extend a list; an empty one clears it. */
const LISTS = new Set(["NTP", "FallbackNTP"]);

/** The [Time] settings of systemd-timesyncd, by name. */
export function readTimesyncdSettings(image: Image): Setting[] {
  const settings = new SettingMap();
  for (const path of filesInOrder(image)) {
    let section = "";
    for (const { text, number } of readStatements(image, path, "#;")) {
      const equals = text.indexOf("=");
      if (text.startsWith("[")) section = text;
      if (section !== "[Time]" || equals === -1) continue;
      const key = text.slice(0, equals).trim();
      const value = words(text.slice(equals + 1)).join(" ");
      if (value === "") settings.delete(key);
      else if (LISTS.has(key)) settings.append({ key, value, path, line: number }, " ");
      else settings.put({ key, value, path, line: number });
    }
  }
  return settings.list();
}

/** The main file, then the drop-ins of all directories by name; for each name, the first directory counts. */
function filesInOrder(image: Image): string[] {
  const main = DIRECTORIES.map((directory) => `${directory}/timesyncd.conf`).find(
    (path) => image.lstat(path) !== undefined,
  );
  const dropIns = new Map<string, string>();
  for (const directory of DIRECTORIES.map((one) => `${one}/timesyncd.conf.d`)) {
    for (const name of image.list(directory)) {
      if (name.endsWith(".conf") && !dropIns.has(name)) dropIns.set(name, `${directory}/${name}`);
    }
  }
  return [...(main === undefined ? [] : [main]), ...sortNames([...dropIns.keys()]).map((name) => dropIns.get(name)!)];
}
