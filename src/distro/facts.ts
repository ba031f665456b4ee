import type { DistroFacts } from "./distro.ts";
import { versionAtLeast } from "./version.ts";

type Facts = Omit<DistroFacts, "name">;

const DEBIAN: Facts = {
  family: "debian",
  sshService: "ssh",
  hostname: "etc-hostname",
  preferFqdn: false,
  hostsAddress: "127.0.1.1",
  locale: "default-locale",
  keepsLocale: false,
  localeFile: "/etc/locale.conf",
  timezone: "timezone",
  libexec: "/usr/lib",
};
const RED_HAT: Facts = {
  family: "redhat",
  sshService: "sshd",
  hostname: "hostnamectl",
  preferFqdn: true,
  hostsAddress: "127.0.0.1",
  locale: "locale.conf",
  keepsLocale: true,
  localeFile: "/etc/locale.conf",
  timezone: "link",
  libexec: "/usr/libexec",
};
const SUSE: Facts = {
  family: "suse",
  sshService: "sshd.service",
  hostname: "hostnamectl",
  preferFqdn: false,
  hostsAddress: "127.0.1.1",
  locale: "locale.conf",
  keepsLocale: false,
  localeFile: "/etc/locale.conf",
  timezone: "link",
  libexec: "/usr/lib",
};
/** The class itself names no ssh service; Photon's shipped configuration does. */
const PHOTON: Facts = {
  family: "photon",
  sshService: "ssh",
  hostname: "hostnamectl",
  preferFqdn: true,
  hostsAddress: "127.0.1.1",
  locale: "locale.conf",
  keepsLocale: false,
  localeFile: "/etc/locale.conf",
  timezone: "timezone",
  libexec: "/usr/lib",
};
const ARCH: Facts = {
  family: "arch",
  sshService: "sshd",
  hostname: "etc-hostname",
  preferFqdn: false,
  hostsAddress: "127.0.0.1",
  locale: "locale.gen",
  keepsLocale: false,
  localeFile: "/etc/locale.conf",
  timezone: "timezone",
  libexec: "/usr/lib",
};
const GENTOO: Facts = { ...ARCH, family: "gentoo", sshService: "ssh", locale: "eselect" };
const GENTOO_BEFORE_25_1: Facts = { ...GENTOO, sshService: "/etc/init.d/sshd", hostname: "conf.d" };
const BSD: Facts = {
  family: "netbsd",
  sshService: "sshd",
  hostname: "rc.conf",
  preferFqdn: false,
  hostsAddress: "127.0.0.1",
  locale: "none",
  keepsLocale: false,
  localeFile: "/etc/locale.conf",
  timezone: "timezone",
  libexec: "/usr/lib",
};

/** Red Hat's class and its derivatives without systemd: Amazon Linux 1, RHEL and CentOS 6. */
const RED_HAT_BEFORE_SYSTEMD = {
  hostname: "sysconfig",
  localeFile: "/etc/sysconfig/i18n",
  timezone: "clock",
} as const;

/** The classes of cloudinit/distros in 26.2, on systems with systemd. */
const DISTROS: Readonly<Record<string, Facts>> = {
  OpenCloudOS: { ...RED_HAT, family: "OpenCloudOS" },
  TencentOS: { ...RED_HAT, family: "OpenCloudOS" },
  almalinux: RED_HAT,
  alpine: { ...DEBIAN, family: "alpine", sshService: "sshd", locale: "profile.d" },
  amazon: RED_HAT,
  aosc: {
    ...ARCH,
    family: "aosc",
    hostname: "hostnamectl",
    locale: "locale.conf",
    localeFile: "/etc/locale.conf",
    timezone: "link",
  },
  arch: ARCH,
  azurelinux: { ...RED_HAT, family: "azurelinux" },
  centos: RED_HAT,
  cloudlinux: RED_HAT,
  cos: GENTOO,
  debian: DEBIAN,
  dragonflybsd: { ...BSD, family: "dragonfly", preferFqdn: true, libexec: "/usr/local/lib" },
  eurolinux: RED_HAT,
  fedora: RED_HAT,
  freebsd: { ...BSD, family: "freebsd", preferFqdn: true, libexec: "/usr/local/lib" },
  gentoo: GENTOO,
  mariner: { ...PHOTON, family: "mariner", hostsAddress: "127.0.0.1" },
  miraclelinux: RED_HAT,
  netbsd: BSD,
  openbsd: { ...BSD, family: "openbsd", hostname: "myname", libexec: "/usr/local/libexec" },
  openeuler: { ...RED_HAT, family: "openeuler" },
  openmandriva: RED_HAT,
  opensuse: SUSE,
  "opensuse-leap": SUSE,
  "opensuse-microos": SUSE,
  "opensuse-tumbleweed": SUSE,
  photon: PHOTON,
  raspberry_pi_os: { ...DEBIAN, locale: "raspi-config" },
  rhel: RED_HAT,
  rocky: RED_HAT,
  "sle-micro": SUSE,
  sle_hpc: SUSE,
  sles: SUSE,
  suse: SUSE,
  ubuntu: DEBIAN,
  virtuozzo: RED_HAT,
};

/**
 * The facts of the class that system_info.distro names, for a version of cloud-init. Undefined for a name without a
 * class: there is no fallback, and every stage of cloud-init ends with an ImportError (distros.fetch, 20.4 to 26.2).
 */
export function distroFacts(name: string, version: string, systemd = true): DistroFacts | undefined {
  const facts = factsOf(name, version);
  const ofRedHat = facts?.keepsLocale === true;
  return facts && { name, ...facts, ...(systemd || !ofRedHat ? {} : RED_HAT_BEFORE_SYSTEMD) };
}

function factsOf(name: string, version: string): Facts | undefined {
  // Before 23.3 the class had another name and belonged to the Red Hat family.
  if (!versionAtLeast(version, "23.3") && /^openeuler$/i.test(name)) return name === "openEuler" ? RED_HAT : undefined;
  if (!versionAtLeast(version, "25.1") && (name === "gentoo" || name === "cos")) return GENTOO_BEFORE_25_1;
  // Both follow the base class before 26.2, Azure Linux from 24.3 on.
  const isOfBase = name === "openbsd" || (name === "azurelinux" && versionAtLeast(version, "24.3"));
  if (isOfBase && !versionAtLeast(version, "26.2")) return { ...DISTROS[name]!, libexec: "/usr/lib" };
  // Since 25.2 a hyphen in the name matches an underscore in the class name: "raspberry-pi-os".
  const names = versionAtLeast(version, "25.2") ? [name, name.replaceAll("-", "_")] : [name];
  return names.map((candidate) => (Object.hasOwn(DISTROS, candidate) ? DISTROS[candidate] : undefined)).find(Boolean);
}
