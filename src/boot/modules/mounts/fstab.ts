import { Raises } from "../../../python/errors.ts";
import { splitLines } from "../../../python/strings.ts";
import { strictText } from "../../files/strictText.ts";
import type { ModuleRun } from "../../moduleRun.ts";

export const FSTAB = "/etc/fstab";
/** The mount option by which cloud-init recognizes its own lines. */
export const MARK = "comment=cloudconfig";

/** The image's /etc/fstab. */
export interface Fstab {
  /** The lines that stay. */
  readonly kept: readonly string[];
  /** The lines that cloud-init recognizes as its own. */
  readonly dropped: readonly string[];
  /** The first word of each line that stays. */
  readonly devices: ReadonlySet<string>;
  /** The device of a dropped line, by what follows it in the line. */
  readonly earlierDevices: ReadonlyMap<string, string>;
}

/** Reads /etc/fstab (cc_mounts, 18.5 to 26.2). Since 24.3 blank lines are lost. */
export function readFstab(boot: ModuleRun): Fstab {
  const text = strictText(boot, FSTAB);
  if (text === undefined && !boot.since("20.3")) throw new Raises(`${FSTAB} does not exist`, boot.because("mounts"));
  const lines = splitLines(text ?? "");
  const others = lines.filter((line) => !line.includes(MARK));
  const dropped = lines.filter((line) => line.includes(MARK));
  return {
    kept: boot.since("24.3") ? others.filter((line) => fieldsOf(line).length > 0) : others,
    dropped,
    devices: new Set(others.map((line) => line.split(/[ \t]/, 1)[0]!)),
    earlierDevices: new Map(dropped.map((line) => splitAt(line, line.indexOf("\t")))),
  };
}

/** The fields of a line, as Python's str.split() finds them. */
export function fieldsOf(line: string): string[] {
  return line.split(SPACES).filter((field) => field !== "");
}

/** What Python's str.split() splits at: the separators of ASCII, but not a byte order mark. */
const SPACES = /[^\S\ufeff]+|[\x1c-\x1f]+/;

function splitAt(line: string, index: number): [rest: string, device: string] {
  return [line.slice(index), line.slice(0, index)];
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\134", " ": "\\040", "\t": "\\011", "\n": "\\012" };

/** A device or a directory as fstab(5) writes it (util.escape_fstab_field, 26.2). */
export function escapeField(value: string): string {
  return value.replace(/[\\ \t\n]/g, (character) => ESCAPES[character]!);
}
