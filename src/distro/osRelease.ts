import { type Image, readText } from "../image/image.ts";
import { shellWord } from "./shellWords.ts";

/** How much of the file is read, in characters; real ones hold some 500. */
const LIMIT = 65_536;

/** The variables of os-release(5): /etc/os-release, or /usr/lib/os-release where the first does not exist. */
export function readOsRelease(image: Image): ReadonlyMap<string, string> {
  const text = readText(image, "/etc/os-release") ?? readText(image, "/usr/lib/os-release") ?? "";
  const variables = new Map<string, string>();
  for (const line of text.slice(0, LIMIT).split(/\r?\n/)) {
    const name = /^[ \t]*([A-Za-z_]\w*)=/.exec(line);
    // The format has no variables: a dollar sign that is not escaped is not allowed, and kept as it is.
    if (name !== null) variables.set(name[1]!, shellWord(line, name[0].length, (unknown) => `$${unknown}`).text);
  }
  return variables;
}
