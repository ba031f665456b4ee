import type { Image } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import type { BootUnits } from "./bootUnits.ts";
import { fstabMounts, mountUnit } from "./fstabUnits.ts";

/** An option of a mounted file system and its place. */
export interface MountOption extends Origin {
  readonly text: string;
}

/**
 * The options of the file systems that a boot mounts, by mount point: those of /etc/fstab and of mount units. A unit in
 * /etc replaces a line of fstab, and a drop-in replaces its options.
 * @param units the units that systemd starts; undefined where another init mounts what is in fstab
 */
export function mountOptions(image: Image, units: BootUnits | undefined): Map<string, MountOption[]> {
  const found = new Map<string, MountOption[]>();
  for (const { point, options, origin, optionsColumn } of fstabMounts(image)) {
    if (options.includes("noauto") && !options.includes("x-systemd.automount")) continue;
    // systemd takes the first line of a mount point; others mount one after the other.
    if (units !== undefined && found.has(point)) continue;
    let column = optionsColumn;
    const places = options.map((text) => {
      const place = { ...origin, text, column };
      column += text.length + 1;
      return place;
    });
    found.set(point, places);
  }
  const points = new Map([...found.keys()].map((point) => [mountUnit(point), point]));
  for (const { name, assignments } of units?.jobs.values() ?? []) {
    if (!name.endsWith(".mount")) continue;
    const last = (key: string) => assignments.findLast((one) => one.section === "Mount" && one.key === key);
    const options = last("Options")?.words;
    const point = last("Where")?.value ?? points.get(name);
    if (options === undefined || point === undefined) continue;
    found.set(
      point,
      options.flatMap(({ text, path, line, column }) => {
        let at = column;
        return text.split(",").map((option) => {
          const place = { path, line, column: at, text: option };
          at += option.length + 1;
          return place;
        });
      }),
    );
  }
  return found;
}

/** The option that forbids execution; undefined if execution is allowed. `user` implies noexec (mount(8)), and the last one counts. */
export function noexecOption(options: readonly MountOption[]): MountOption | undefined {
  const last = options.findLast(({ text }) => /^(no)?exec$|^users?$/.test(text));
  return last?.text === "exec" ? undefined : last;
}

/** The option that makes a file system read-only; undefined if it is writable. The last one of several counts. */
export function readOnlyOption(options: readonly MountOption[]): MountOption | undefined {
  const last = options.findLast(({ text }) => text === "ro" || text === "rw");
  return last?.text === "ro" ? last : undefined;
}

/** The mount point that a path lies on: the nearest one above it; undefined if there is none. */
export function mountPointOf(path: string, mounted: ReadonlyMap<string, unknown>): string | undefined {
  for (let above = path; above !== ""; above = above.slice(0, above.lastIndexOf("/")))
    if (mounted.has(above)) return above;
  return mounted.has("/") ? "/" : undefined;
}
