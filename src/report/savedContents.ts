import { escapeText } from "./escape.ts";
import { hanging, wrap } from "./width.ts";

const WIDTH = 80;
/** Directories that are listed of each part. */
const MOST_GROUPS = 12;

/** What a saved verification has in it, for people to read before they send it to somebody. */
export function savedContents(
  files: readonly { readonly name: string; readonly content: Buffer }[],
  changedByMasking: readonly string[],
): string {
  const differs =
    changedByMasking.length === 0 ? [] : [`${DIFFERS} ${changedByMasking.map((text) => escapeText(text)).join("; ")}`];
  const lines = [
    ...groupsOf(files).flatMap(({ name, sizes }) => hanging(`  ${sizes}  `, escapeText(name), WIDTH, String)),
    ...[NOTICE, ...differs].flatMap((text) => wrap(text, WIDTH)),
  ];
  return `${lines.join("\n")}\n`;
}

const NOTICE =
  "Passwords, keys, tokens and hashes are masked: other characters take their place. Names of hosts, accounts and packages are not. Look at the files before you send them.";
const DIFFERS = "Because of the masking, a replay differs in";

/** The files by directory, the largest first; the rest is one group. */
function groupsOf(files: readonly { readonly name: string; readonly content: Buffer }[]) {
  const groups = new Map<string, { count: number; bytes: number }>();
  for (const { name, content } of files) {
    const place = name.includes("/") ? `${name.split("/", 4).slice(0, -1).join("/")}/` : name;
    const group = groups.get(place) ?? { count: 0, bytes: 0 };
    groups.set(place, { count: group.count + 1, bytes: group.bytes + content.length });
  }
  const sorted = [...groups].sort(([, one], [, other]) => other.bytes - one.bytes);
  const rest = sorted.slice(MOST_GROUPS);
  if (rest.length > 1)
    sorted.splice(MOST_GROUPS, rest.length, [
      `${rest.length} more places`,
      rest.reduce((sum, [, { count, bytes }]) => ({ count: sum.count + count, bytes: sum.bytes + bytes }), {
        count: 0,
        bytes: 0,
      }),
    ]);
  return sorted.map(([name, { count, bytes }]) => ({
    name,
    sizes: `${String(count).padStart(5)} ${count === 1 ? "file " : "files"} ${inBytes(bytes).padStart(8)}`,
  }));
}

/** A size for people. */
export function inBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
