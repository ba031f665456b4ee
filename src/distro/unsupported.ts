import type { Image } from "../image/image.ts";
import type { Packages } from "../packages/packages.ts";
import { readOsRelease } from "./osRelease.ts";

/** Systems other than Linux: os-release's ID, and paths that identify them without os-release. */
const SYSTEMS: readonly { readonly name: string; readonly ids: RegExp; readonly paths: readonly string[] }[] = [
  {
    name: "FreeBSD",
    ids: /^(freebsd|ghostbsd|hardenedbsd|midnightbsd|nomadbsd|opnsense|pfsense)$/,
    paths: ["/bin/freebsd-version", "/etc/freebsd-update.conf", "/etc/pkg/FreeBSD.conf"],
  },
  { name: "DragonFly BSD", ids: /^dragonfly(bsd)?$/, paths: [] },
  { name: "OpenBSD", ids: /^openbsd$/, paths: ["/bsd", "/etc/myname", "/etc/installurl"] },
  { name: "NetBSD", ids: /^netbsd$/, paths: ["/netbsd"] },
  { name: "illumos", ids: /^(illumos|omnios|openindiana|smartos|solaris|tribblix)$/, paths: [] },
  { name: "macOS", ids: /^(macos|darwin)$/, paths: ["/System/Library/CoreServices"] },
  { name: "Windows", ids: /^windows$/, paths: ["/Windows/System32", "/Program Files/Cloudbase Solutions"] },
  // All BSDs store passwords in this file; Linux does not have it.
  { name: "BSD", ids: /^bsd$/, paths: ["/etc/master.passwd"] },
];

/** Release files of Linux distributions from before os-release. */
const LINUX_RELEASE = /^(debian_version|(?!os-)[A-Za-z]+-release)$/;

/** cloud-init's distro classes for systems other than Linux. */
const CLASSES: Readonly<Record<string, string>> = {
  dragonfly: "DragonFly BSD",
  dragonflybsd: "DragonFly BSD",
  freebsd: "FreeBSD",
  netbsd: "NetBSD",
  openbsd: "OpenBSD",
};

/** The system of an image that is not Linux; undefined for Linux, and if nothing identifies the system. */
export function unsupportedSystem(image: Image, packages: Packages): string | undefined {
  const release = readOsRelease(image);
  const ids = [release.get("ID") ?? "", ...(release.get("ID_LIKE") ?? "").split(/\s+/)].filter((id) => id !== "");
  if (ids.length > 0) return SYSTEMS.find((system) => ids.some((id) => system.ids.test(id.toLowerCase())))?.name;
  if (packages.kind !== "none" || image.list("/etc").some((name) => LINUX_RELEASE.test(name))) return undefined;
  // Looks up only these paths, so that a partial archive is not reported to lack others.
  const top = new Map(image.list("/").map((name) => [name.toLowerCase(), name]));
  const exists = (path: string) => {
    const [, first = "", ...rest] = path.split("/");
    const name = top.get(first.toLowerCase());
    return name !== undefined && image.lstat(["", name, ...rest].join("/")) !== undefined;
  };
  return SYSTEMS.find(({ paths }) => paths.some(exists))?.name;
}

/** The system that a distro class of cloud-init is for, if it is not Linux. */
export function systemOfClass(name: string): string | undefined {
  return Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}
