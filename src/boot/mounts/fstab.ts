import type { ModuleRun } from "../module.ts";
import { splitLines } from "../splitLines.ts";
import { strictText } from "../strictText.ts";

export const FSTAB = "/etc/fstab";
/** The mount option by which cloud-init knows its own lines. */
export const MARK = "comment=cloudconfig";

/** The image's /etc/fstab without the lines that cloud-init added. */
export interface Fstab {
  readonly lines: readonly string[];
  readonly devices: ReadonlySet<string>;
}

/** Reads /etc/fstab (cc_mounts, 20.4 to 26.2). Since 24.3 blank lines are lost. */
export function readFstab(boot: ModuleRun): Fstab {
  const all = splitLines(strictText(boot, FSTAB) ?? "").filter((line) => !line.includes(MARK));
  const lines = boot.since("24.3") ? all.filter((line) => line.trim() !== "") : all;
  const first = (line: string) => (boot.since("24.3") ? line.trim() : line).split(/\s+/)[0]!;
  const devices = lines.map((line) => (boot.since("26.2") ? unescapeField(first(line)) : first(line)));
  return { lines, devices: new Set(devices) };
}

const ESCAPES: readonly (readonly [character: string, escaped: string])[] = [
  ["\\", "\\134"],
  [" ", "\\040"],
  ["\t", "\\011"],
  ["\n", "\\012"],
];

/** A device or a directory as fstab(5) writes it; only 26.2 escapes. */
export function escapeField(value: string): string {
  return ESCAPES.reduce((text, [character, escaped]) => text.replaceAll(character, escaped), value);
}

function unescapeField(value: string): string {
  return [...ESCAPES].reverse().reduce((text, [character, escaped]) => text.replaceAll(escaped, character), value);
}
