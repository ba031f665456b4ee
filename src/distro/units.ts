import { type Image, readText } from "../image/image.ts";
import type { CloudInit } from "./distro.ts";

/** Where systemd looks for units, first found first (systemd.unit(5)). */
const UNIT_DIRECTORIES = [
  "/etc/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];

/** The units of the four stages; the second was renamed in 24.3. */
const STAGES = [
  ["cloud-init-local.service"],
  ["cloud-init-network.service", "cloud-init.service"],
  ["cloud-config.service"],
  ["cloud-final.service"],
];

const MAIN = "cloud-init-main.service";

/**
 * Why systemd starts no stage of cloud-init, where its units are masked or disabled so; undefined when it starts any.
 * Units that are not in the image say nothing.
 */
export function stoppedUnits(image: Image): CloudInit["disabled"] {
  const generator = "/etc/systemd/system-generators/cloud-init-generator";
  if (isMask(image, generator)) return { reason: "the systemd generator of cloud-init is masked", path: generator };

  // Since 24.3 the units of the stages only signal the one process that does the work.
  const wanted = wantedUnits(image);
  for (const unit of ["cloud-init.target", MAIN]) {
    const path = unitPath(image, unit);
    if (path === undefined) continue;
    if (isMask(image, path)) return { reason: `${unit} is masked`, path };
    if (unit === MAIN && wanted?.has(unit) === false) return { reason: `${unit} is disabled`, path };
  }

  const stages = STAGES.map((names) => names.find((name) => unitPath(image, name) !== undefined));
  const units = stages.filter((unit) => unit !== undefined);
  if (units.length < STAGES.length) return undefined;
  const masked = units.filter((unit) => isMask(image, unitPath(image, unit)!));
  const stopped = units.filter((unit) => masked.includes(unit) || (wanted !== undefined && !wanted.has(unit)));
  if (stopped.length < units.length) return undefined;
  return masked.length > 0
    ? { reason: "the units of cloud-init are masked or disabled", path: unitPath(image, masked[0]!)! }
    : { reason: "the units of cloud-init are disabled", path: "/etc/systemd/system" };
}

function unitPath(image: Image, unit: string): string | undefined {
  return UNIT_DIRECTORIES.map((directory) => `${directory}/${unit}`).find((path) => image.lstat(path) !== undefined);
}

/** A link to /dev/null, or an empty file. */
function isMask(image: Image, path: string): boolean {
  const stat = image.stat(path);
  return (
    (stat?.kind === "file" && stat.size === 0) ||
    (image.lstat(path) !== undefined && image.realpath(path) === "/dev/null")
  );
}

/**
 * The units that others want or require. Undefined on a first boot in systemd's sense (machine-id(5)), when it enables
 * units by its presets.
 */
function wantedUnits(image: Image): Set<string> | undefined {
  const machineId = readText(image, "/etc/machine-id");
  if (machineId === undefined || machineId.trim() === "uninitialized") return undefined;
  const units = new Set<string>();
  for (const directory of UNIT_DIRECTORIES) {
    for (const name of image.list(directory)) {
      if (!/\.(?:wants|requires)$/.test(name)) continue;
      for (const unit of image.list(`${directory}/${name}`)) units.add(unit);
    }
  }
  return units;
}
