import { type Image, readText } from "../image/image.ts";
import { shellWord } from "./shellWords.ts";

/** The number of characters of the file that are read; real ones have about 500. */
const LIMIT = 65_536;

/** The variables of os-release(5): /etc/os-release, or /usr/lib/os-release if the first does not exist. */
export function readOsRelease(image: Image): ReadonlyMap<string, string> {
  return variablesIn(readText(image, "/etc/os-release") ?? readText(image, "/usr/lib/os-release") ?? "");
}

/**
 * What Ubuntu and its derivatives say in /etc/lsb-release, under the names of os-release. A tree of /etc alone has only
 * this file: there /etc/os-release is a link to a file below /usr.
 */
export function readLsbRelease(image: Image): ReadonlyMap<string, string> {
  const said = variablesIn(readText(image, "/etc/lsb-release") ?? "");
  return new Map([
    ["ID", (said.get("DISTRIB_ID") ?? "").toLowerCase()],
    ["VERSION_ID", said.get("DISTRIB_RELEASE") ?? ""],
    ["VERSION_CODENAME", said.get("DISTRIB_CODENAME") ?? ""],
  ]);
}

function variablesIn(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const line of text.slice(0, LIMIT).split(/\r?\n/)) {
    const name = /^[ \t]*([A-Za-z_]\w*)=/.exec(line);
    // The format has no variables: an unescaped dollar sign is not allowed, and is kept.
    if (name !== null) variables.set(name[1]!, shellWord(line, name[0].length, (unknown) => `$${unknown}`).text);
  }
  return variables;
}
