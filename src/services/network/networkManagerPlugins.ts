import type { Image } from "../../image/image.ts";
import { sortNames } from "../../image/sort.ts";
import { readStatements } from "../lines.ts";

const MAIN = "/etc/NetworkManager/NetworkManager.conf";
/** The directories of drop-ins; of files with one name, that of the first directory counts. */
const DROP_INS = ["/etc/NetworkManager/conf.d", "/usr/lib/NetworkManager/conf.d"];

/** The line that sets NetworkManager's plugins last, and the plugins after it. */
export interface Plugins {
  readonly names: ReadonlySet<string>;
  readonly path: string;
  readonly line: number;
}

/** NetworkManager.conf(5): `plugins` of [main]; undefined if no file sets it, so that its built-in list counts. */
export function networkManagerPlugins(image: Image): Plugins | undefined {
  let plugins: Plugins | undefined;
  for (const path of [MAIN, ...dropIns(image)]) {
    let section = "";
    for (const { text, number: line } of readStatements(image, path)) {
      section = /^\[(.*)\]$/.exec(text)?.[1] ?? section;
      const [, operator, value = ""] = (section === "main" && /^plugins\s*([+-]?)\s*=(.*)$/.exec(text)) || [];
      // Additions and removals change a list that is built in, unless a file sets it.
      if (operator === undefined || (operator !== "" && plugins === undefined)) continue;
      const given = value.split(/[,;\s]+/).filter((name) => name !== "");
      const known = [...(plugins?.names ?? [])];
      const names =
        operator === "" ? given : operator === "+" ? [...known, ...given] : known.filter((one) => !given.includes(one));
      plugins = { names: new Set(names), path, line };
    }
  }
  return plugins;
}

function dropIns(image: Image): string[] {
  const files = new Map<string, string>();
  for (const directory of DROP_INS)
    for (const name of image.list(directory))
      if (name.endsWith(".conf") && !files.has(name)) files.set(name, `${directory}/${name}`);
  return sortNames([...files.keys()]).map((name) => files.get(name)!);
}
