import type { Image } from "../../../image/image.ts";
import { nearest } from "../../nearest.ts";

const ZONEINFO = "/usr/share/zoneinfo";

/** Whether a name is a time zone of the IANA database, as far as Node knows it. */
export function isKnownZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** The zone that a misspelt name may stand for, among those of the IANA database. */
export function nearestZone(zone: string): string | undefined {
  return nearest(zone, Intl.supportedValuesOf("timeZone"));
}

/**
 * Whether an image shows that it lacks a zone: it has other zones, or it has a shell and so is more than a part of an
 * image.
 */
export function lacksZone(image: Image, zone: string): boolean {
  const isWhole = ["/bin/sh", "/usr/bin/sh"].some((path) => image.lstat(path) !== undefined);
  return isWhole || image.stat(ZONEINFO) !== undefined || !isKnownZone(zone);
}

export function hasZones(image: Image): boolean {
  return image.stat(ZONEINFO) !== undefined;
}
