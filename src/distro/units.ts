import { type Image, readText } from "../image/image.ts";
import { sortNames } from "../image/sort.ts";
import type { CloudInit } from "./distro.ts";

/** Where systemd looks for units; the first match counts (systemd.unit(5)). */
export const UNIT_DIRECTORIES = [
  "/etc/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];

/** The units of the four stages; the second got a new name in 24.3. */
const STAGES = [
  ["cloud-init-local.service"],
  ["cloud-init-network.service", "cloud-init.service"],
  ["cloud-config.service"],
  ["cloud-final.service"],
];

const MAIN = "cloud-init-main.service";

/**
 * Why systemd starts no stage of cloud-init because of masked or disabled units; undefined if it starts any stage.
 * Units that are missing from the image are ignored.
 */
export function stoppedUnits(image: Image): CloudInit["disabled"] {
  const generator = "/etc/systemd/system-generators/cloud-init-generator";
  if (isMask(image, generator)) return { code: "generator-masked", path: generator };

  // Since 24.3 the units of the stages only signal a single process that does the work.
  for (const unit of ["cloud-init.target", MAIN]) {
    const path = unitPath(image, unit);
    if (path === undefined) continue;
    if (isMask(image, path)) return { code: "unit-masked", unit, path };
    if (unit === MAIN && !isWanted(image, unit)) return { code: "unit-disabled", unit, path };
  }

  let masked: string | undefined;
  for (const names of STAGES) {
    const unit = names.find((name) => unitPath(image, name) !== undefined);
    if (unit === undefined) return undefined;
    const path = unitPath(image, unit)!;
    if (isMask(image, path)) masked ??= path;
    else if (isWanted(image, unit)) return undefined;
  }
  return masked === undefined
    ? { code: "units-disabled", path: "/etc/systemd/system" }
    : { code: "units-masked", path: masked };
}

/** The file of a unit; undefined if it does not exist. */
export function unitPath(image: Image, unit: string): string | undefined {
  return UNIT_DIRECTORIES.map((directory) => `${directory}/${unit}`).find((path) => image.lstat(path) !== undefined);
}

/** The file of a unit, or of its template. */
export function unitOrTemplate(image: Image, name: string): string | undefined {
  return unitPath(image, name) ?? unitPath(image, templateOf(name));
}

/** The drop-ins of a unit and of its template from all directories, by name; for each name, the first one counts. */
export function dropInsOf(image: Image, name: string): string[] {
  const found = new Map<string, string>();
  for (const unit of new Set([name, templateOf(name)]))
    for (const directory of UNIT_DIRECTORIES.map((place) => `${place}/${unit}.d`))
      for (const file of image.list(directory))
        if (file.endsWith(".conf") && !found.has(file)) found.set(file, `${directory}/${file}`);
  return sortNames([...found.keys()]).map((file) => found.get(file)!);
}

function templateOf(name: string): string {
  return name.replace(/@[^.]*\./, "@.");
}

/** Whether a path is a mask: a link to /dev/null or an empty file. */
export function isMask(image: Image, path: string): boolean {
  const stat = image.stat(path);
  return (
    (stat?.kind === "file" && stat.size === 0) ||
    (image.lstat(path) !== undefined && image.realpath(path) === "/dev/null")
  );
}

/** Whether systemd considers the next boot a first boot (machine-id(5)). */
export function isFirstBoot(image: Image): boolean {
  const machineId = readText(image, "/etc/machine-id");
  return machineId === undefined || machineId.trim() === "uninitialized";
}

/** Whether another unit wants or requires this one. On a first boot, every unit counts: systemd enables them by its presets. */
function isWanted(image: Image, unit: string): boolean {
  if (isFirstBoot(image)) return true;
  const wants = (directory: string, name: string): boolean => image.lstat(`${directory}/${name}/${unit}`) !== undefined;
  // Usually the target wants the unit, which saves checking all others.
  return (
    UNIT_DIRECTORIES.some((directory) => wants(directory, "cloud-init.target.wants")) ||
    UNIT_DIRECTORIES.some((directory) =>
      image.list(directory).some((name) => /\.(?:wants|requires)$/.test(name) && wants(directory, name)),
    )
  );
}
