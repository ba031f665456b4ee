import type { Image } from "../image/image.ts";
import type { Packages } from "../packages/packages.ts";
import { readOsRelease } from "./osRelease.ts";

/** Systems that are not Linux: os-release's ID, and paths that show them where no os-release does. */
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
  // Where all BSDs keep passwords, and what Linux does not have.
  { name: "BSD", ids: /^bsd$/, paths: ["/etc/master.passwd"] },
];

/** Release files of Linux distributions that are older than os-release. */
const LINUX_RELEASE = /^(debian_version|(?!os-)[A-Za-z]+-release)$/;

/** Classes of cloud-init that are made for systems that are not Linux. */
const CLASSES: Readonly<Record<string, string>> = {
  dragonfly: "DragonFly BSD",
  dragonflybsd: "DragonFly BSD",
  freebsd: "FreeBSD",
  netbsd: "NetBSD",
  openbsd: "OpenBSD",
};

/** The system of an image that is not Linux; undefined for Linux, and where nothing shows what it is. */
export function unsupportedSystem(image: Image, packages: Packages): string | undefined {
  const release = readOsRelease(image);
  const ids = [release.get("ID") ?? "", ...(release.get("ID_LIKE") ?? "").split(/\s+/)].filter((id) => id !== "");
  if (ids.length > 0) return SYSTEMS.find((system) => ids.some((id) => system.ids.test(id.toLowerCase())))?.name;
  if (packages.kind !== "none" || image.list("/etc").some((name) => LINUX_RELEASE.test(name))) return undefined;
  // Only what is asked for there, so that an archive of part of a machine is not said to lack it.
  const top = new Map(image.list("/").map((name) => [name.toLowerCase(), name]));
  const exists = (path: string) => {
    const [, first = "", ...rest] = path.split("/");
    const name = top.get(first.toLowerCase());
    return name !== undefined && image.lstat(["", name, ...rest].join("/")) !== undefined;
  };
  return SYSTEMS.find(({ paths }) => paths.some(exists))?.name;
}

/** The system that a distro class of cloud-init is for, where that is not Linux. */
export function systemOfClass(name: string): string | undefined {
  return Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}
