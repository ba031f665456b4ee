import type { Image } from "../image/image.ts";

/** Files that cloud-init begins with a header in every version (18.5 to 26.2); netplan's library writes none. */
const HEADED: readonly (readonly [RegExp, RegExp])[] = [
  [/\/sudoers\.d\/90-cloud-init-users$/, /^# Created by cloud-init\b/m],
  [/\/interfaces\.d\/50-cloud-init(\.cfg)?$/, /^# This file is generated from information provided by\b/m],
];

/** Of these files cloud-init writes the header and no other comment; lists and mappings stand one item a line. */
const NETWORK = /\/(netplan\/50-cloud-init\.yaml|interfaces\.d\/50-cloud-init(\.cfg)?)$/;
const FLOW = /^[\s-]*[\w."'-]+\s*:\s*[[{]\s*[^\]}\s]/;

/** How a file of a name that only cloud-init gives shows that somebody else wrote or changed it; undefined where it does not. */
export function handEdit(image: Image, path: string): string | undefined {
  const headed = HEADED.find(([name]) => name.test(path));
  const isNetwork = NETWORK.test(path);
  if (headed === undefined && !isNetwork) return undefined;
  const text = image.read(path)?.toString("utf8") ?? "";
  if (headed !== undefined && !headed[1].test(text)) return `${path} has cloud-init's name, but not its header`;
  if (!isNetwork) return undefined;
  const lines = text.split("\n");
  const body = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
  const edited = lines.findIndex(
    (line, index) => body !== -1 && index > body && (/^\s*#/.test(line) || (path.endsWith(".yaml") && FLOW.test(line))),
  );
  return edited === -1 ? undefined : `${path}:${edited + 1} is a line that cloud-init does not write`;
}
