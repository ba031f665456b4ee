import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Functions of node:fs that change something. */
const WRITERS = [
  ...["appendFileSync", "chmodSync", "chownSync", "copyFileSync", "cpSync", "createWriteStream", "linkSync"],
  ...["mkdirSync", "mkdtempSync", "renameSync", "rmSync", "rmdirSync", "symlinkSync", "truncateSync", "unlinkSync"],
  ...["writeFile", "writeFileSync", "writeSync"],
] as const;

let depth = 0;

for (const name of WRITERS) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      if (depth > 0) throw new Error(`fs.${name}(${String(args[0])}) while an image is read`);
      return real(...args);
    },
  });
}
/** What was opened meanwhile: an archive stays open as long as its process runs, which here is long. */
const opened = new Set<number>();
const { openSync, closeSync } = fs;
fs.openSync = (path, flags, mode) => {
  if (depth > 0 && !isForReading(flags)) throw new Error(`fs.openSync(${String(path)}, ${flags})`);
  const file = openSync(path, flags, mode);
  if (depth > 0) opened.add(file);
  return file;
};
/** Directories are read with flags as numbers. */
function isForReading(flags: string | number | undefined): boolean {
  const { O_WRONLY, O_RDWR } = fs.constants;
  return typeof flags === "number" ? (flags & (O_WRONLY | O_RDWR)) === 0 : flags === undefined || flags === "r";
}
fs.closeSync = (file) => {
  opened.delete(file);
  closeSync(file);
};
syncBuiltinESMExports();

/** Runs what may write nothing: an attempt is an error. Files that it leaves open are closed. */
export async function withoutWrites<T>(run: () => T | Promise<T>): Promise<T> {
  depth++;
  try {
    return await run();
  } finally {
    depth--;
    if (depth === 0) for (const file of [...opened]) fs.closeSync(file);
  }
}

/** Runs what may write although it stands in what may not. */
export function writing<T>(run: () => T): T {
  const before = depth;
  depth = 0;
  try {
    return run();
  } finally {
    depth = before;
  }
}
