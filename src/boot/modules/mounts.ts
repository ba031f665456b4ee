import { unknown, unknownReason } from "../../image/unknown.ts";
import { Raises } from "../../python/errors.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";
import { usesSystemd } from "../system/systemd.ts";
import { ensureDirectory } from "./mounts/directory.ts";
import { type MountEntry, mountEntries } from "./mounts/entries.ts";
import { escapeField, FSTAB, type Fstab, MARK, readFstab } from "./mounts/fstab.ts";
import { mountKeys } from "./mounts/schema.ts";
import { makeSwapFile } from "./mounts/swap.ts";

/** cc_mounts: lines of /etc/fstab, the directories to mount at, and a swap file (18.5 to 26.2). */
export const mounts = defineModule({
  name: "mounts",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  needs: programs("dd fallocate mkswap"),
  keys: mountKeys,
  run(boot) {
    const fstab = readFstab(boot);
    const entries = mountEntries(boot, fstab);
    const swap = makeSwapFile(boot, fstab);
    const configured = entries.filter(({ unasked }) => unasked === undefined);
    const unasked = entries.filter((entry) => !configured.includes(entry));
    const because = boot.because(configured.length === 0 && swap !== undefined ? "swap" : "mounts");
    if (configured.length === 0 && swap === undefined) {
      if (unasked.length > 0) boot.mayChange(FSTAB, `cloud-init adds ${linesFor(unasked)}`, because);
      return;
    }
    const stopping = configured.filter((entry) => unwritable(entry) !== undefined);
    const stopped = stopping.find(({ device }) => device.found !== "maybe");
    if (stopped !== undefined) throw new Raises(unwritable(stopped), stopped.because);
    if (stopping.length > 0) {
      boot.mayChange(FSTAB, `${unwritable(stopping[0]!)}; the module fails unless cloud-init finds the disk`, because);
      return;
    }
    const added = addedLines(boot, configured, unasked, fstab);
    if (swap !== undefined) added.push(swapLine(boot, swap));
    // A placeholder at the end stands for any number of whole lines.
    const end = unknownReason(added.at(-1)!) === undefined ? "\n" : "";
    for (const { fields, because } of configured)
      if (fields[1]!.text.startsWith("/")) ensureDirectory(boot, fields[1]!.text, because);
    boot.write(FSTAB, [...fstab.kept, ...added].join("\n") + end, because);
    if (swap !== undefined || configured.some(({ fields }) => fields[2]!.text === "swap")) boot.command("swapon -a");
    if (!sameLines(boot, fstab.dropped, added)) {
      boot.command("mount -a");
      if (usesSystemd(boot)) boot.command("systemctl daemon-reload");
    }
  },
});

/** A description of the lines for disks that cloud-init mounts by default. */
function linesFor(unasked: readonly MountEntry[]): string {
  const names = unasked.map(({ unasked: name }) => name).join(" and ");
  return `lines for ${names}, if the machine has such disks`;
}

/** Why an entry cannot be written; undefined if it can. The options are always converted to a string. */
function unwritable({ fields }: MountEntry): string | undefined {
  const field = fields.find((candidate, index) => index !== 3 && candidate?.isText !== true);
  return field === undefined
    ? undefined
    : `every value in an entry of mounts must be a string, not ${field?.text.slice(0, 100)}`;
}

/** The lines of the configured entries, and of the disks that are mounted by default. */
function addedLines(
  boot: ModuleRun,
  configured: readonly MountEntry[],
  unasked: readonly MountEntry[],
  fstab: Fstab,
): string[] {
  const added = configured.map((entry) => earlierLine(boot, entry, fstab) ?? lineOf(boot, entry));
  const undecided: MountEntry[] = [];
  for (const entry of unasked) {
    const earlier = earlierLine(boot, entry, fstab);
    if (earlier === undefined) undecided.push(entry);
    else added.push(earlier);
  }
  return undecided.length === 0 ? added : [...added, unknown(linesFor(undecided))];
}

/** A line as cloud-init writes it. */
function lineOf(boot: ModuleRun, { fields, device }: MountEntry): string {
  const texts = fields.map((field, index) => {
    if (index === 3) return `${field?.text ?? "None"},${MARK}`;
    const isPlaceholder = index === 0 && device.found === "maybe";
    return boot.since("26.2") && index < 2 && !isPlaceholder ? escapeField(field!.text) : field!.text;
  });
  return texts.join("\t");
}

/**
 * The line that an earlier boot wrote for the same entry, where only the disk's name is unknown: the disk is
 * assumed to have the same name again. Otherwise every image that was booted once would seem to lose its mounts.
 */
function earlierLine(boot: ModuleRun, entry: MountEntry, fstab: Fstab): string | undefined {
  const rest = lineOf(boot, entry).slice(entry.device.name.length);
  const earlier = fstab.earlierDevices.get(rest);
  return earlier !== undefined && entry.device.mayBe(earlier) ? earlier + rest : undefined;
}

/** Since 24.3 the line has no mark of cloud-init, so later boots do not remove it. */
function swapLine(boot: ModuleRun, file: string): string {
  const name = boot.since("26.2") ? escapeField(file) : file;
  return [name, "none", "swap", boot.since("24.3") ? "sw" : `sw,${MARK}`, "0", "0"].join("\t");
}

/** Whether cloud-init adds the same lines that it dropped; then it does not mount again. */
function sameLines(boot: ModuleRun, dropped: readonly string[], added: readonly string[]): boolean {
  const plain = (line: string) => line.replaceAll(boot.since("24.3") ? "\t" : /[ \t]+/g, " ");
  const before = new Set(dropped.map(plain));
  const after = new Set(added.map(plain));
  return before.size === after.size && [...before].every((line) => after.has(line));
}
