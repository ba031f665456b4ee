/** The version of cloud-init that is assumed if the image does not say: the newest one known. */
export const ASSUMED_VERSION = "26.2";

/** Whether the image's cloud-init is of this version or a later one: since("22.3"). */
export type Since = (version: string) => boolean;

export function sinceOf(version: string): Since {
  return (wanted) => versionAtLeast(version, wanted);
}

/**
 * Whether cloud-init's `version` is `wanted` or later: versionAtLeast("22.4.2", "22.3"). A version that does not begin
 * with a number, such as "" for an unknown one, counts as the newest.
 */
export function versionAtLeast(version: string, wanted: string): boolean {
  const have = numbersOf(version);
  if (have === undefined) return true;
  const need = numbersOf(wanted) ?? [];
  for (let i = 0; i < need.length; i++) {
    const difference = (have[i] ?? 0) - need[i]!;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** A lint compares the same few versions 10,000 times. An image's own are as many as its package database likes. */
const MOST_KNOWN = 1_000;
const known = new Map<string, readonly number[] | undefined>();

function numbersOf(version: string): readonly number[] | undefined {
  const numbers = known.get(version);
  if (numbers !== undefined || known.has(version)) return numbers;
  const read = upstreamVersion(version)?.split(".").map(Number);
  if (known.size < MOST_KNOWN) known.set(version, read);
  return read;
}

/** The program's name in messages: "cloud-init 22.4.2"; "cloud-init" if the version is unknown (""). */
export function programOf(version: string): string {
  return version === "" ? "cloud-init" : `cloud-init ${version}`;
}

/**
 * The upstream release in a package version: "22.4.2" for "22.4.2-1+deb12u4", "25.3" for "1:25.3-0ubuntu1". A snapshot
 * counts as the release that it names ("26.1" for "26.1~3g6f6e22a"). Undefined if there is none.
 */
export function upstreamVersion(version: string): string | undefined {
  return /^(?:\d+:)?(\d{1,9}(?:\.\d{1,9}){0,9})/.exec(version.trim())?.[1];
}
