import { matchesGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";
import { sortNames } from "../image/sort.ts";
import { isFirstBoot, isMask, UNIT_DIRECTORIES, unitPath } from "./units.ts";

/** "absent": the image contains no such unit, or is only part of a machine. */
export type UnitState = "enabled" | "disabled" | "masked" | "absent";

const PRESETS = UNIT_DIRECTORIES.map((directory) => directory.replace(/system$/, "system-preset"));

/** Whether systemd starts a unit at the first boot of an image, because another unit wants it or a preset enables it. */
export function unitState(image: Image, unit: string): UnitState {
  const path = unitPath(image, unit);
  if (path === undefined) return "absent";
  if (isMask(image, path)) return "masked";
  if (isWanted(image, unit)) return "enabled";
  return isFirstBoot(image) && presetOf(image, unit) === "enable" ? "enabled" : "disabled";
}

/** Whether the image links a unit to one that wants or requires it: somebody or a package enabled it. */
function isWanted(image: Image, unit: string): boolean {
  return UNIT_DIRECTORIES.some((directory) =>
    image
      .list(directory)
      .some((name) => /\.(?:wants|requires)$/.test(name) && image.lstat(`${directory}/${name}/${unit}`) !== undefined),
  );
}

/** The first line of the presets that matches (systemd.preset(5)); undefined if the image has none at all. */
function presetOf(image: Image, unit: string): string | undefined {
  const files = new Map<string, string>();
  for (const directory of PRESETS)
    for (const name of image.list(directory))
      if (name.endsWith(".preset") && !files.has(name)) files.set(name, `${directory}/${name}`);
  for (const name of sortNames([...files.keys()]))
    for (const line of (readText(image, files.get(name)!) ?? "").split("\n")) {
      const [, action, glob] = /^\s*(enable|disable|ignore)\s+(\S+)/.exec(line) ?? [];
      if (glob !== undefined && matchesGlob(glob, unit)) return action;
    }
  return files.size > 0 ? "enable" : undefined;
}
