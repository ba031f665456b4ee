import { createHash } from "node:crypto";
import { expandGlob } from "../../image/glob.ts";
import type { Image } from "../../image/image.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { readLines, words } from "../lines.ts";
import type { Setting } from "../service.ts";

/** Files that are one setting each, by path. Some contain secrets, so their value is a digest. */
const FILES = [
  "/etc/netplan/*.yaml",
  "/etc/systemd/network/*.network",
  "/etc/systemd/network/*.netdev",
  "/etc/systemd/network/*.link",
  "/etc/systemd/network/*.d/*.conf",
  "/etc/systemd/resolved.conf",
  "/etc/NetworkManager/system-connections/*",
  "/etc/NetworkManager/conf.d/*.conf",
  "/etc/udev/rules.d/*persistent-net*.rules",
];

/** Files of assignments: ifcfg, routes and rules of RHEL and SUSE, Gentoo's netifrc. They contain no secrets and are shown in full. */
const SCRIPTS = [
  "/etc/sysconfig/network-scripts/ifcfg-*",
  "/etc/sysconfig/network-scripts/route*-*",
  "/etc/sysconfig/network-scripts/rule*-*",
  "/etc/sysconfig/network/ifcfg-*",
  "/etc/sysconfig/network/ifroute-*",
  "/etc/sysconfig/network/routes",
  "/etc/sysconfig/network/config",
  "/etc/conf.d/net", // Gentoo
];

/** The network configuration files by path, without comments and blank lines. */
export function readNetworkFiles(image: Image): Setting[] {
  return [
    ...FILES.flatMap((pattern) => expandGlob(image, pattern).map((path) => setting(image, path, digest))),
    ...SCRIPTS.flatMap((pattern) => expandGlob(image, pattern).map((path) => setting(image, path, asShown))),
  ].filter(({ value }) => value !== "");
}

function setting(image: Image, path: string, show: (lines: readonly string[]) => string): Setting {
  const lines = readLines(image, path).map(({ text }) => text.trimEnd());
  const said = lines.filter((line) => line !== "" && !/^\s*[#;]/.test(line));
  const isEmpty = said.every((line) => /^\[[^\]]*\]$/.test(line));
  return { key: path, value: isEmpty ? "" : show(said), path };
}

function digest(lines: readonly string[]): string {
  const size = lines.length === 1 ? "1 line" : `${lines.length} lines`;
  const unknown = lines.find(hasUnknown);
  if (unknown !== undefined) return `${size} with ${words(unknown).find(hasUnknown) ?? unknown.trim()}`;
  return `${size}, sha256 ${createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 12)}`;
}

function asShown(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join("; ");
}
