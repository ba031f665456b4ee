import { defineChange } from "../../distro/library/change.ts";
import type { Image } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { Raises } from "../../python/errors.ts";
import { splitLines } from "../../python/strings.ts";
import { strictText } from "../files/strictText.ts";
import type { ModuleRun } from "../moduleRun.ts";

const SSHD_CONFIG = "/etc/ssh/sshd_config";
const DROP_INS = `${SSHD_CONFIG}.d`;

/** Without sshd_config, its directory of drop-ins is enough: since 25.2, and in SUSE's 25.1. */
const KNOWS_USR_ETC = defineChange({
  name: "a drop-in where sshd_config is absent",
  file: "ssh_util.py",
  since: "25.2",
  made: /\bnot os\.path\.exists\(fname\)/,
  beside: /def _includes_dconf\(/,
});

/** A line of sshd_config as ssh_util reads it; without `keyword` for comments and empty lines. */
interface SshdLine {
  readonly text: string;
  readonly keyword: string | undefined;
  readonly value: string;
}

/**
 * Sets an option wherever it stands, also inside Match blocks, else at the end of the file (ssh_util.update_ssh_config,
 * 18.5 to 26.2). All lines of the file then lose their indentation, and `Keyword=value` its equals sign.
 * @returns whether the file was changed.
 * @throws Raises if cloud-init cannot read the file.
 */
export function setSshdOption(boot: ModuleRun, keyword: string, value: string, because: Origin): boolean {
  const path = ensureTarget(boot, because);
  const lines = parseSshdConfig(boot, path);
  const sets = (line: SshdLine) => line.keyword?.toLowerCase() === keyword.toLowerCase();
  if (lines.some(sets) && lines.every((line) => !sets(line) || line.value === value)) return false;
  const edited = lines.map((line) => (sets(line) ? { ...line, value } : line));
  if (!lines.some(sets)) edited.push({ text: "", keyword, value });
  boot.rewrite(path, `${edited.map(formatLine).join("\n")}\n`, because);
  return true;
}

/** Adds a line at the end, whatever the file contains (ssh_util.append_ssh_config, 23.1 to 26.2). */
export function appendSshdLines(boot: ModuleRun, lines: readonly string[], because: Origin): void {
  const path = ensureTarget(boot, because);
  const before = boot.image.read(path) ?? Buffer.alloc(0);
  boot.rewrite(path, Buffer.concat([before, Buffer.from(lines.map((line) => `${line}\n`).join(""))]), because);
}

/**
 * The options of /etc/ssh/sshd_config alone, keywords in lower case; the last occurrence wins, and Match
 * blocks count (ssh_util.parse_ssh_config_map, 18.5 to 26.2).
 * @throws Raises if cloud-init cannot read the file.
 */
export function sshdOptions(boot: ModuleRun): Map<string, string> {
  const options = new Map<string, string>();
  for (const { keyword, value } of parseSshdConfig(boot, SSHD_CONFIG))
    if (keyword !== undefined) options.set(keyword.toLowerCase(), value);
  return options;
}

/** Announces that an option may be set. */
export function mayChangeSshd(boot: ModuleRun, reason: string, because: Origin): void {
  boot.mayChange(targetOf(boot), reason, because);
}

/** The file for options: since 22.3 a drop-in if sshd_config includes the directory in exactly this spelling. */
function targetOf(boot: ModuleRun): string {
  return boot.since("22.3") && usesDropIns(boot) ? `${DROP_INS}/50-cloud-init.conf` : SSHD_CONFIG;
}

function ensureTarget(boot: ModuleRun, because: Origin): string {
  const path = targetOf(boot);
  if (path === SSHD_CONFIG) return path;
  if (boot.image.stat(DROP_INS)?.kind !== "directory") boot.mkdir(DROP_INS, because);
  if (!isFile(boot.image, path)) boot.write(path, "", because, { mode: 0o600 });
  return path;
}

function usesDropIns(boot: ModuleRun): boolean {
  // openSUSE and others keep sshd_config under /usr/etc.
  const hasOnlyDropIns = boot.image.stat(SSHD_CONFIG) === undefined && boot.image.stat(DROP_INS) !== undefined;
  if (hasOnlyDropIns && boot.fact(KNOWS_USR_ETC)) return true;
  const lines = isFile(boot.image, SSHD_CONFIG) ? splitLines(strictText(boot, SSHD_CONFIG) ?? "") : [];
  return lines.some((line) => line.startsWith(`Include ${DROP_INS}/*.conf`));
}

function parseSshdConfig(boot: ModuleRun, path: string): SshdLine[] {
  const lines: SshdLine[] = [];
  for (const line of splitLines(strictText(boot, path) ?? "")) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) {
      lines.push({ text, keyword: undefined, value: "" });
      continue;
    }
    const [, keyword, value] = /^(\S+)\s+(.*)$/s.exec(text) ?? /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (keyword !== undefined && value !== undefined) lines.push({ text, keyword, value });
    // A keyword alone is dropped since 21.4.
    else if (!boot.since("21.4")) throw new Raises(`${path}: "${text}" has no value`);
  }
  return lines;
}

function formatLine({ text, keyword, value }: SshdLine): string {
  if (keyword === undefined) return text;
  return value === "" ? keyword : `${keyword} ${value}`;
}

function isFile(image: Image, path: string): boolean {
  return image.stat(path)?.kind === "file";
}
