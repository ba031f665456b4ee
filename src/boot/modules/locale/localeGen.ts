import type { Origin } from "../../../image/origin.ts";
import { splitLines } from "../../../python/strings.ts";
import { strictText } from "../../files/strictText.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { type Availability, compiledLocales, normalize } from "./available.ts";

const LOCALE_GEN = "/etc/locale.gen";
const ARCHIVE = "/usr/lib/locale/locale-archive";

/**
 * Debian's `locale-gen`: it ignores its arguments, compiles the locales of /etc/locale.gen into the archive and, without
 * --keep-existing, removes the archive first. Returns the locales that exist afterwards.
 */
export function localeGen(boot: ModuleRun, words: readonly string[], because: Origin): Availability {
  boot.command(["locale-gen", ...words].join(" "));
  const text = boot.text(LOCALE_GEN) ?? "";
  const keep = words[0] === "--keep-existing" || text === "";
  const before = compiledLocales(boot, keep);
  if (text !== "") boot.mayChange(ARCHIVE, "locale-gen compiles the locales again", because);
  const enabled = new Set(
    enabledLocales(text)
      .filter((name) => hasSource(boot, name))
      .map(normalize),
  );
  return (name) => enabled.has(normalize(name)) || before(name);
}

function enabledLocales(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", charset] = line.trim().split(/\s+/);
    return name.startsWith("#") || charset === undefined ? [] : [name];
  });
}

/** Whether the sources of a locale exist. */
function hasSource(boot: ModuleRun, name: string): boolean {
  const input = name.replace(/\.[^@]*/, "");
  return ["/usr/share/i18n/locales", "/usr/local/share/i18n/locales"].some((directory) =>
    [name, input].some((file) => boot.image.stat(`${directory}/${file}`) !== undefined),
  );
}

/** Enables a locale in /etc/locale.gen (distros/debian.py, 26.2). */
export function enableLocale(boot: ModuleRun, locale: string, because: Origin): void {
  const entry = supportedEntry(boot, locale);
  let found = false;
  const lines = splitLines(strictText(boot, LOCALE_GEN) ?? "").map((line) => {
    const plain = line.trim().replace(/^[# ]+/, "");
    if (plain.trim() !== entry) return line;
    found = true;
    return entry;
  });
  if (!found) lines.push(entry);
  boot.write(LOCALE_GEN, `${lines.join("\n").trimEnd()}\n`, because);
}

/** The line of /usr/share/i18n/SUPPORTED that matches "fi_FI", "fi_FI.UTF-8" or "fi_FI@euro". */
function supportedEntry(boot: ModuleRun, wanted: string): string {
  const match = /^([A-Za-z_]+)(?:\.([A-Za-z0-9-]+))?(?:@([A-Za-z0-9_-]+))?$/.exec(wanted);
  const [, language, charset, modifier] = match ?? [];
  const prefix = language === undefined ? wanted : language + (modifier === undefined ? "" : `@${modifier}`);
  const supported = splitLines(boot.text("/usr/share/i18n/SUPPORTED") ?? "").map((line) => line.trim());
  const candidates = supported.filter((line) => {
    const [name = "", charmap, ...rest] = line.split(/\s+/);
    const variant = name.startsWith(prefix) && /^(\.[^@]+)?(@.+)?$/.test(name.slice(prefix.length));
    return variant && charmap !== undefined && rest.length === 0;
  });
  if (candidates.length === 0) return `${prefix}.${charset ?? "UTF-8"} ${charset ?? "UTF-8"}`;
  const exact = `${prefix}.${charset}`;
  return (
    candidates.find((line) => line.startsWith(exact) && /^[@\s]/.test(line.slice(exact.length))) ??
    candidates.find((line) => /\sUTF-8$/i.test(line)) ??
    candidates[0]!
  );
}
