import { readOsRelease } from "../../distro/osRelease.ts";
import type { Image } from "../../image/image.ts";
import { unknown } from "../../image/unknown.ts";

/** What cloud-init finds in os-release, as instance-data holds it. */
export interface LinuxDistro {
  /** `v1.distro`, `v1.distro_version` and `v1.distro_release`. */
  readonly dist: readonly [name: string, version: string, release: string];
  /** `v1.variant`: the family. */
  readonly variant: string;
}

/** util.get_linux_distro and util._get_variant (20.2 to 26.2). */
export function linuxDistro(image: Image, since: (version: string) => boolean): LinuxDistro {
  const release = readOsRelease(image);
  const pi = since("25.2") && image.stat("/etc/rpi-issue") !== undefined;
  const id = pi ? "raspberry-pi-os" : (release.get("ID") ?? "");
  const pretty = (since("21.3") && ["photon", "virtuozzo"].includes(id)) || (since("23.2") && id === "alpine");
  const codename = release.get("VERSION_CODENAME") || /^[^ ]+ \(([^)]+)\)/.exec(release.get("VERSION") ?? "")?.[1];
  const flavor = pretty ? release.get("PRETTY_NAME") : codename;
  // SUSE's is the architecture.
  const third = /sles|suse/.test(id) ? unknown("the architecture of the machine") : (flavor ?? "");
  const name = id === "rhel" ? "redhat" : id;
  return { dist: [name, release.get("VERSION_ID") ?? "", third], variant: variantOf(name.toLowerCase(), since) };
}

/** Names that are variants themselves, by the first version that knows them. */
const VARIANTS: Readonly<Record<string, string>> = {
  arch: "20.2",
  centos: "20.2",
  debian: "20.2",
  fedora: "20.2",
  suse: "20.2",
  alpine: "20.3",
  almalinux: "21.3",
  eurolinux: "21.3",
  photon: "21.3",
  rocky: "21.3",
  virtuozzo: "21.3",
  cloudlinux: "21.4",
  miraclelinux: "22.1",
  openeuler: "22.1",
  openmandriva: "22.3",
  mariner: "22.4",
  opencloudos: "23.1",
  tencentos: "23.1",
  azurelinux: "24.2",
  aosc: "24.3",
  "raspberry-pi-os": "25.2",
};
const SUSE: Readonly<Record<string, string>> = {
  opensuse: "20.2",
  "opensuse-leap": "20.2",
  "opensuse-tumbleweed": "20.2",
  sles: "20.2",
  sle_hpc: "20.3",
  "opensuse-microos": "23.1",
  "sle-micro": "23.1",
};

function variantOf(name: string, since: (version: string) => boolean): string {
  const knows = (names: Readonly<Record<string, string>>) => Object.hasOwn(names, name) && since(names[name]!);
  if (["ubuntu", "linuxmint", "mint"].includes(name)) return "ubuntu";
  if (name === "redhat") return "rhel";
  if (knows(SUSE)) return "suse";
  return knows(VARIANTS) ? name : "linux";
}
