import type { Colors } from "picocolors/types.js";
import type { ImageFacts } from "../lint/lintResult.ts";
import { escapeText } from "./escape.ts";
import { hanging } from "./width.ts";

/** The facts of the image, as the first lines of a report: the datasource only if it is known, since often it is not. */
export function imageHeader(image: ImageFacts, style: Colors, width: number): string[] {
  return hanging(`${escapeText(image.source)}: `, imageFacts(image), width, style.bold);
}

/** What is known of the image, escaped. */
export function imageFacts(image: ImageFacts): string {
  const { isFile, datasource } = image;
  const facts = isFile
    ? [`for ${programOf(image)}`]
    : [systemOf(image), programOf(image), ...(datasource === null ? [] : [`datasource ${datasource}`])];
  return escapeText(facts.join(", "));
}

/** The distribution and its release: "Ubuntu 24.04". */
export function systemOf({ distro: { id, version } }: Pick<ImageFacts, "distro">): string {
  const name = id === null ? "unknown distro" : Object.hasOwn(NAMES, id) ? NAMES[id] : id;
  return [name, version].filter(Boolean).join(" ");
}

/** The program with its version, and whether it runs: "cloud-init 25.1.4-0ubuntu0~24.04.1". */
export function programOf({ cloudInit }: ImageFacts): string {
  return `cloud-init ${versionOf(cloudInit)}${cloudInit.enabled ? "" : " (disabled: it does not run)"}`;
}

/** The package's version, which usually begins with upstream's; both where it does not. */
export function versionOf({ version, package: packaged = null }: ImageFacts["cloudInit"]): string {
  const own = packaged?.replace(/^\d+:/, "").slice(0, LONGEST) ?? null;
  if (own === null || own === "" || own === version) return version ?? "unknown";
  return version === null || own.startsWith(version) ? own : `${version} (${own})`;
}

/** Characters of a package's version that are shown; real ones have about 30. */
const LONGEST = 60;

/** Distributions with cloud-init by os-release's ID. */
const NAMES: Readonly<Record<string, string>> = {
  almalinux: "AlmaLinux",
  alpine: "Alpine",
  amzn: "Amazon Linux",
  arch: "Arch Linux",
  azurelinux: "Azure Linux",
  centos: "CentOS",
  cloudlinux: "CloudLinux",
  debian: "Debian",
  fedora: "Fedora",
  gentoo: "Gentoo",
  mariner: "Mariner",
  ol: "Oracle Linux",
  openEuler: "openEuler",
  "opensuse-leap": "openSUSE Leap",
  "opensuse-tumbleweed": "openSUSE Tumbleweed",
  photon: "Photon",
  raspbian: "Raspbian",
  rhel: "RHEL",
  rocky: "Rocky Linux",
  sles: "SLES",
  ubuntu: "Ubuntu",
};
