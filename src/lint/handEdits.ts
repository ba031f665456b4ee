import type { Image } from "../image/image.ts";
import { onceAFile } from "./onceAFile.ts";

const NETWORK_HEADER = /^# This file is generated from information provided by\b/m;

/** What cloud-init writes into files that nobody else gives these names (18.5 to 26.2). */
const OWN: readonly {
  readonly name: RegExp;
  /** Stands in it in every version. */
  readonly header?: RegExp;
  /** A line that does not come from cloud-init, below the comments at the top. */
  readonly foreign: RegExp;
}[] = [
  {
    name: /\/sudoers\.d\/90-cloud-init-users$/,
    header: /^# Created by cloud-init\b/m,
    foreign: /^\s*#(?! (User rules for |(Created|Added) by cloud-init\b))/,
  },
  { name: /\/interfaces\.d\/50-cloud-init(\.cfg)?$/, header: NETWORK_HEADER, foreign: /^\s*#/ },
  // netplan's library writes no header. Lists and mappings stand one item a line.
  { name: /\/netplan\/50-cloud-init\.yaml$/, foreign: /^\s*#|^[\s-]*[\w."'-]+\s*:\s*[[{]\s*[^\]}\s]/ },
];

/** How a file of a name that only cloud-init gives shows that somebody else wrote or changed it; undefined where it does not. */
export function handEdit(image: Image, path: string): string | undefined {
  return OWN.some(({ name }) => name.test(path)) ? editOf(image, path) : undefined;
}

const editOf = onceAFile((text, path) => {
  const own = OWN.find(({ name }) => name.test(path))!;
  if (own.header?.test(text) === false) return `${path} has cloud-init's name, but not its header`;
  const lines = text.split("\n");
  const top = lines.findIndex((line) => !line.startsWith("#"));
  const line = lines.findIndex((other, index) => index >= top && other.length < 1000 && own.foreign.test(other));
  return line === -1 ? undefined : `${path}:${line + 1} is a line that cloud-init does not write`;
});
