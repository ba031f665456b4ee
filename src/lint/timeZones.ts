import type { Image } from "../image/image.ts";
import { nearest } from "./nearest.ts";

const ZONEINFO = "/usr/share/zoneinfo";

/**
 * Whether a name is a time zone of the IANA database, as far as Node knows it. Node also accepts offsets such as +02:00 and
 * any case, for which /usr/share/zoneinfo has no file.
 */
export function isKnownZone(zone: string): boolean {
  const names = Intl.supportedValuesOf("timeZone");
  if (names.includes(zone)) return true;
  const isOtherCase = names.some((name) => name.toLowerCase() === zone.toLowerCase());
  if (isOtherCase || !/^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** The zone that a misspelt name may stand for, among those of the IANA database. */
export function nearestZone(zone: string): string | undefined {
  const names = Intl.supportedValuesOf("timeZone");
  const spelt = zone.trim().replaceAll(" ", "_").toLowerCase();
  const other = names.find((name) => name.toLowerCase() === spelt) ?? nearest(zone, names);
  if (other !== undefined) return other;
  // A city without its region.
  const cities = names.filter((name) => name.slice(name.lastIndexOf("/") + 1).toLowerCase() === spelt);
  return cities.length === 1 ? cities[0] : undefined;
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
