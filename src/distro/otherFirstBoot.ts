import type { Image } from "../image/image.ts";
import { readOsRelease } from "./osRelease.ts";

/** Distributions that another program configures on the first boot, by os-release's ID. */
const DISTROS: Readonly<Record<string, string>> = {
  bottlerocket: "Bottlerocket applies user data through its own settings API",
  "clear-linux-os": "Clear Linux runs micro-config-drive",
  coreos: "Container Linux runs Ignition and coreos-cloudinit",
  fcos: "Fedora CoreOS runs Ignition",
  flatcar: "Flatcar runs Ignition and coreos-cloudinit",
  rancheros: "RancherOS applies cloud-configs with its own program",
  rhcos: "Red Hat CoreOS runs Ignition",
  scos: "CentOS Stream CoreOS runs Ignition",
  talos: "Talos applies its own machine configuration",
};

/** Other programs for the same task, by a path that identifies them. */
const PROGRAMS: readonly (readonly [path: string, program: string])[] = [
  ["/etc/tiny-cloud.conf", "tiny-cloud"],
  ["/usr/lib/tiny-cloud", "tiny-cloud"],
  ["/usr/bin/coreos-cloudinit", "coreos-cloudinit"],
  ["/usr/lib/dracut/modules.d/30ignition", "Ignition"],
  ["/usr/bin/ignition", "Ignition"],
];

/** What configures images of a distribution that does not use cloud-init, as a clause; undefined for other distributions. */
export function ownFirstBoot(image: Image): string | undefined {
  const release = readOsRelease(image);
  const id = release.get("ID") ?? "";
  if (id === "fedora" && release.get("VARIANT_ID") === "coreos") return "Fedora CoreOS runs Ignition";
  return Object.hasOwn(DISTROS, id) ? DISTROS[id] : undefined;
}

/** What configures an image without cloud-init on its first boot, as a clause; undefined if unknown. */
export function otherFirstBoot(image: Image): string | undefined {
  const own = ownFirstBoot(image);
  if (own !== undefined) return own;
  const found = PROGRAMS.find(([path]) => image.stat(path) !== undefined);
  return found && `its first boot runs ${found[1]}`;
}
