import { type Image, readText } from "../image/image.ts";
import type { CloudInit } from "./distro.ts";
import { dsIdentifyMode } from "./dsIdentify.ts";
import { type CommandLine, commandLineParts } from "./kernelCommandLine.ts";
import { openrcScript, stoppedServices } from "./openrc.ts";
import { stoppedUnits } from "./units.ts";
import { versionAtLeast } from "./version.ts";

const MARKER = "/etc/cloud/cloud-init.disabled";

/** Why the image's first boot does not run cloud-init of that version; undefined if it does. */
export function disabledReason(image: Image, version: string): CloudInit["disabled"] {
  const parts = commandLineParts(image);
  const script = openrcScript(image);
  if (script !== undefined) {
    // Nothing consults ds-identify there; since 23.2 the scripts check the marker and the kernel command line.
    const asks = script.includes(MARKER);
    return (asks ? (markerOf(image) ?? stoppingPart(parts)) : undefined) ?? stoppedServices(image);
  }
  return byMarkerOrKernel(image, version, parts) ?? byPolicy(image, parts) ?? stoppedUnits(image);
}

/**
 * Since 23.4 ds-identify and conditions in every unit honour the marker file and the kernel command line. Before that,
 * the systemd generator checks the command line, then /etc/cloud/cloud-init.enabled, then the marker; only in the Red
 * Hat family do the units also have the conditions.
 */
function byMarkerOrKernel(image: Image, version: string, parts: readonly CommandLine[]): CloudInit["disabled"] {
  const stopped = stoppingPart(parts);
  const marked = markerOf(image);
  if (versionAtLeast(version, "23.4") || unitsHonourMarker(image)) return marked ?? stopped;

  const words = parts.flatMap(({ text }) => text.split(/\s+/)).filter((word) => word.startsWith("cloud-init="));
  const last = words.at(-1);
  if (last === "cloud-init=disabled") return stopped;
  if (last === "cloud-init=enabled" || image.stat("/etc/cloud/cloud-init.enabled")?.kind === "file") return undefined;
  return image.stat(MARKER)?.kind === "file" ? marked : undefined;
}

function markerOf(image: Image): CloudInit["disabled"] {
  return image.stat(MARKER) === undefined ? undefined : { code: "marker", path: MARKER };
}

function stoppingPart(parts: readonly CommandLine[]): CloudInit["disabled"] {
  const part = parts.find(({ text }) => text.includes("cloud-init=disabled"));
  return part && { code: "kernel-command-line", path: part.path, line: part.line };
}

function unitsHonourMarker(image: Image): boolean {
  const unit = readText(image, "/usr/lib/systemd/system/cloud-init-local.service") ?? "";
  return unit.includes(`\nConditionPathExists=!${MARKER}\n`);
}

/** The place where ds-identify's policy disables cloud-init. */
function byPolicy(image: Image, parts: readonly CommandLine[]): CloudInit["disabled"] {
  const set = dsIdentifyMode(image, parts);
  if (set?.mode !== "disabled") return undefined;
  const { path, line } = set;
  return { code: "ds-identify-policy", path, ...(line === undefined ? {} : { line }) };
}
