import { chmodSync, lstatSync, readdirSync, readlinkSync, rmSync, type Stats } from "node:fs";

/**
 * The prototype with which mkfs.xfs copies a directory (mkfs.xfs(8), option -p). What one cannot name is removed from the
 * directory: names and targets with blanks or of other bytes than UTF-8, sockets, further names of a file, files above
 * 2 MB, which it would read as a whole. Modes lose what it cannot set.
 */
export function protofile(directory: string): string {
  const lines = ["/dev/null", "0 0", entryOf("d", lstatSync(directory))];
  fill(directory, lines, new Set());
  return `${lines.join("\n")}\n$\n`;
}

function fill(directory: string, lines: string[], known: Set<number>): void {
  for (const name of readdirSync(directory)) {
    const path = `${directory}/${name}`;
    if (!lstatSync(path).isSymbolicLink())
      chmodSync(path, lstatSync(path).mode & (lstatSync(path).isFile() ? 0o6777 : 0o777));
    const stat = lstatSync(path);
    const entry = known.has(stat.ino) || !isPlain(name) ? undefined : describe(path, stat);
    if (entry === undefined) {
      rmSync(path, { recursive: true });
      continue;
    }
    if (!stat.isDirectory()) known.add(stat.ino);
    lines.push(`${name} ${entry}`);
    if (!stat.isDirectory()) continue;
    fill(path, lines, known);
    lines.push("$");
  }
}

function isPlain(text: string): boolean {
  return /^[^\s:$\ufffd]+$/u.test(text);
}

function describe(path: string, stat: Stats): string | undefined {
  if (stat.isDirectory()) return entryOf("d", stat);
  if (stat.isFile()) return stat.size > 2_000_000 ? undefined : `${entryOf("-", stat)} ${path}`;
  if (stat.isFIFO()) return entryOf("p", stat);
  if (stat.isCharacterDevice()) return `${entryOf("c", stat)} 1 3`;
  if (!stat.isSymbolicLink()) return undefined;
  const target = readlinkSync(path);
  return isPlain(target) && target.length < 1024 ? `${entryOf("l", stat)} ${target}` : undefined;
}

function entryOf(kind: string, { mode, uid, gid }: Stats): string {
  const bits = (mode & 0o4000 ? "u" : "-") + (mode & 0o2000 ? "g" : "-");
  return `${kind}${bits}${(mode & 0o777).toString(8).padStart(3, "0")} ${uid} ${gid}`;
}
