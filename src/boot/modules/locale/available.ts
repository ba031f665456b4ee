import type { ModuleRun } from "../../moduleRun.ts";

const LOCALES = "/usr/lib/locale";
const ARCHIVE = `${LOCALES}/locale-archive`;
/** An archive of all locales is larger and is not read. */
const LARGEST_ARCHIVE = 64 * 1024 * 1024;
const MAGIC = 0xde020109;

/** The locales that setlocale() can find, as normalize() writes them; undefined if the image does not show them. */
export type Availability = (name: string) => boolean | undefined;

/** The compiled locales of the image, with or without those of the archive. */
export function compiledLocales(boot: ModuleRun, withArchive = true): Availability {
  const directories = new Set(boot.image.list(LOCALES).map(normalize));
  const archived = withArchive ? archivedLocales(boot) : new Set<string>();
  return (name) => {
    if (["", "C", "POSIX", "C.utf8"].includes(normalize(name))) return true;
    return directories.has(normalize(name)) || (archived === undefined ? undefined : archived.has(normalize(name)));
  };
}

/** A locale's name as glibc stores it: "de_DE.UTF-8" as "de_DE.utf8". */
export function normalize(name: string): string {
  return name.replace(/\.([^@]*)/, (_all, charset: string) => {
    const plain = charset.toLowerCase().replace(/[^a-z0-9]/g, "");
    return `.${/^\d+$/.test(plain) ? `iso${plain}` : plain}`;
  });
}

/** The names in glibc's locale-archive (locale/locarchive.h); undefined if it exists but cannot be read. */
function archivedLocales(boot: ModuleRun): Set<string> | undefined {
  const stat = boot.image.stat(ARCHIVE);
  if (stat === undefined) return new Set();
  const archive = stat.size > LARGEST_ARCHIVE ? undefined : boot.image.read(ARCHIVE);
  if (archive === undefined || archive.length < 56 || archive.readUInt32LE(0) !== MAGIC) return undefined;
  const [table, , slots] = [archive.readUInt32LE(8), 0, archive.readUInt32LE(16)];
  const names = new Set<string>();
  for (let slot = 0; slot < slots; slot++) {
    const at = table + slot * 12;
    if (at + 12 > archive.length) return undefined;
    const [name, record] = [archive.readUInt32LE(at + 4), archive.readUInt32LE(at + 8)];
    if (record === 0 || name >= archive.length) continue;
    const end = archive.indexOf(0, name);
    names.add(normalize(archive.toString("latin1", name, end === -1 ? name : end)));
  }
  return names;
}
