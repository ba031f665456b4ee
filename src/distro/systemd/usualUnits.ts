import type { Image } from "../../image/image.ts";
import { unitPath } from "../units.ts";
import { versionAtLeast } from "../version.ts";

/** The content of units by name. */
export type UnitTexts = ReadonlyMap<string, string>;

/** What systemd's own targets say about the order of a boot (systemd 247 to 262). */
const TARGETS: Readonly<Record<string, string>> = {
  "graphical.target": "Requires=multi-user.target\nAfter=multi-user.target",
  "multi-user.target": "Requires=basic.target\nAfter=basic.target",
  "basic.target":
    "Requires=sysinit.target\nWants=sockets.target timers.target paths.target\nAfter=sysinit.target sockets.target paths.target",
  "sysinit.target": "Wants=local-fs.target swap.target\nAfter=local-fs.target swap.target",
  "local-fs.target": "DefaultDependencies=no\nAfter=local-fs-pre.target",
  "local-fs-pre.target": "",
  "remote-fs.target": "DefaultDependencies=no\nAfter=remote-fs-pre.target",
  "remote-fs-pre.target": "",
  "swap.target": "",
  "sockets.target": "",
  "timers.target": "DefaultDependencies=no",
  "paths.target": "",
  "network-pre.target": "",
  "network.target": "After=network-pre.target",
  "network-online.target": "After=network.target",
};

/** The units that bring up the network. */
const NETWORK: Readonly<Record<string, string>> = {
  "networking.service":
    "DefaultDependencies=no\nWants=network.target\nAfter=local-fs.target network-pre.target\nBefore=network.target network-online.target",
  "systemd-networkd.service":
    "DefaultDependencies=no\nWants=network.target\nAfter=network-pre.target\nBefore=network.target multi-user.target",
  "systemd-networkd-wait-online.service":
    "DefaultDependencies=no\nBindsTo=systemd-networkd.service\nAfter=systemd-networkd.service\nBefore=network-online.target",
  "NetworkManager.service": "Wants=network.target\nAfter=network-pre.target\nBefore=network.target",
  "NetworkManager-wait-online.service":
    "Requires=NetworkManager.service\nAfter=NetworkManager.service\nBefore=network-online.target",
};

/** The kinds of distributions between which the order of cloud-init's units differs. */
export type UnitFamily = "debian" | "redhat" | "suse" | "photon" | "other";

/** The kind of a distribution by os-release's ID; an unknown one gets the templates' variant "unknown", as Debian's. */
export function unitFamily(id: string): UnitFamily {
  if (/^(rhel|almalinux|cloudlinux|azurelinux)$/.test(id)) return "redhat";
  if (/^(sles?|opensuse.*|sle[-_]micro)$/.test(id)) return "suse";
  if (id === "photon") return "photon";
  return /^(rocky|centos|fedora|ol|amzn|eurolinux|miraclelinux|openeuler|openmandriva|virtuozzo|mariner|arch|gentoo)$/.test(
    id,
  )
    ? "other"
    : "debian";
}

/**
 * The unit of cloud-init's network stage. Ubuntu up to 24.04 keeps the old name in later versions
 * (no-single-process.patch, 24.3 to 26.1).
 */
export function networkUnit(
  version: string,
  { id, version: release }: { readonly id: string; readonly version: string },
) {
  const keepsName = id === "ubuntu" && /^(1\d|2[0-4])\.04$/.test(release);
  return versionAtLeast(version, "24.3") && !keepsName ? "cloud-init-network.service" : "cloud-init.service";
}

/** The unit of the network stage in an image: the one that exists there, otherwise the usual one. */
export function networkUnitOf(
  image: Image,
  version: string,
  distro: { readonly id: string; readonly version: string },
) {
  const known = ["cloud-init-network.service", "cloud-init.service"].find(
    (unit) => unitPath(image, unit) !== undefined,
  );
  return known ?? networkUnit(version, distro);
}

/**
 * What the units say about the order of a boot where the image lacks their files: systemd's targets and cloud-init's units
 * as upstream's templates make them (systemd/*.tmpl, 18.5 to 26.2).
 */
export function usualUnits(version: string, family: UnitFamily, networkUnit: string): UnitTexts {
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const debian = family === "debian";
  const single = networkUnit !== "cloud-init.service";
  const early = family === "debian" || (family === "redhat" && since("22.3"));
  const lines = (...texts: (string | false)[]) => texts.filter((text) => text !== false).join("\n");
  const independent = early && "DefaultDependencies=no";
  const mounts = "RequiresMountsFor=/var/lib/cloud";
  const units: Record<string, string> = {
    ...TARGETS,
    ...NETWORK,
    "cloud-init-local.service": lines(
      independent,
      "Wants=network-pre.target\nBefore=network-pre.target",
      debian && "Before=sysinit.target",
      !single && mounts,
    ),
    [networkUnit]: lines(
      !(family === "photon" || (family === "redhat" && since("22.3"))) && "DefaultDependencies=no",
      "Wants=cloud-init-local.service\nAfter=cloud-init-local.service systemd-networkd-wait-online.service",
      debian && "After=networking.service\nBefore=sysinit.target",
      (family === "redhat" || family === "other") && "After=network.service NetworkManager.service",
      family === "suse" && "After=wicked.service dbus.service",
      "Before=network-online.target sshd.service systemd-user-sessions.service",
    ),
    "cloud-config.target": `Wants=cloud-init-local.service ${networkUnit}\nAfter=cloud-init-local.service ${networkUnit}`,
    "cloud-config.service":
      "Wants=network-online.target cloud-config.target\nAfter=network-online.target cloud-config.target",
    "cloud-final.service": lines(
      "Wants=network-online.target cloud-config.service\nAfter=network-online.target cloud-config.service",
      (debian || since("25.1")) && "After=multi-user.target",
    ),
    "cloud-init.target": "After=multi-user.target",
  };
  if (single) units["cloud-init-main.service"] = lines(independent, "Before=cloud-init-local.service", mounts);
  return new Map(Object.entries(units).map(([name, text]) => [name, `[Unit]\n${text}\n`]));
}
