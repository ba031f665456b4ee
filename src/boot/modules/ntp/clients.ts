import type { ModuleRun } from "../../moduleRun.ts";

/** cloud-init's description of a time client. */
export interface NtpClient {
  /** The program whose presence shows that it is installed: a name or a path. */
  readonly check_exe: string;
  readonly confpath: string;
  readonly packages: readonly string[];
  readonly service_name: string;
  /** The template's name, `{distro}` for the distro's. */
  readonly template_name: string;
  /** The template's text, which takes precedence over its name. */
  readonly template: string | null;
}

export type NtpClientName = "chrony" | "ntp" | "ntpdate" | "openntpd" | "systemd-timesyncd";
type Overrides = Partial<Record<NtpClientName, Partial<NtpClient>>>;

function client(rest: Omit<NtpClient, "template">): NtpClient {
  return { ...rest, template: null };
}

function baseClients(boot: ModuleRun): Partial<Record<NtpClientName, NtpClient>> {
  return {
    chrony: client({
      check_exe: "chronyd",
      confpath: "/etc/chrony.conf",
      packages: ["chrony"],
      service_name: "chrony",
      template_name: "chrony.conf.{distro}",
    }),
    ntp: client({
      check_exe: "ntpd",
      confpath: "/etc/ntp.conf",
      packages: [boot.since("26.1") ? "ntpsec" : "ntp"],
      service_name: "ntp",
      template_name: "ntp.conf.{distro}",
    }),
    ntpdate: client({
      check_exe: "ntpdate",
      confpath: "/etc/ntp.conf",
      packages: ["ntpdate"],
      service_name: "ntpdate",
      template_name: "ntp.conf.{distro}",
    }),
    "systemd-timesyncd": client({
      check_exe: "/lib/systemd/systemd-timesyncd",
      confpath: "/etc/systemd/timesyncd.conf.d/cloud-init.conf",
      packages: [],
      service_name: "systemd-timesyncd",
      template_name: "timesyncd.conf",
    }),
    ...(boot.since("22.4") && {
      openntpd: client({
        check_exe: "ntpd",
        confpath: "/etc/ntpd.conf",
        packages: [],
        service_name: "ntpd",
        template_name: "ntpd.conf.{distro}",
      }),
    }),
  };
}

const CHRONYD = { chrony: { service_name: "chronyd" } };
const NTPD = { ntp: { service_name: "ntpd" } };
const USR_TIMESYNCD = { check_exe: "/usr/lib/systemd/systemd-timesyncd" };
const MAIN_TIMESYNCD = { ...USR_TIMESYNCD, confpath: "/etc/systemd/timesyncd.conf" };

const ALPINE: Overrides = {
  chrony: { confpath: "/etc/chrony/chrony.conf", service_name: "chronyd" },
  ntp: { packages: [], service_name: "ntpd" },
};
const DEBIAN: Overrides = { chrony: { confpath: "/etc/chrony/chrony.conf" } };
const RHEL: Overrides = { ...CHRONYD, ...NTPD };
const SUSE: Overrides = { ...CHRONYD, ...NTPD, "systemd-timesyncd": USR_TIMESYNCD };
const AZURE: Overrides = { ...CHRONYD, "systemd-timesyncd": MAIN_TIMESYNCD };
const FREEBSD: Overrides = {
  ntp: { service_name: "ntpd" },
  chrony: { confpath: "/usr/local/etc/chrony.conf", service_name: "chronyd" },
  openntpd: {
    check_exe: "/usr/local/sbin/ntpd",
    confpath: "/usr/local/etc/ntp.conf",
    packages: ["openntpd"],
    service_name: "openntpd",
    template_name: "ntpd.conf.openbsd",
  },
};

/** What distros change, with the version of each change (cc_ntp.py at the tags 20.4 to 26.2). */
const DISTROS: Readonly<Record<string, readonly [since: string, overrides: Overrides]>> = {
  almalinux: ["24.2", RHEL],
  alpine: ["0", ALPINE],
  aosc: ["24.3", { "systemd-timesyncd": MAIN_TIMESYNCD }],
  azurelinux: ["24.2", AZURE],
  centos: ["22.3", RHEL],
  cloudlinux: ["24.2", RHEL],
  cos: ["22.4", { chrony: { confpath: "/etc/chrony/chrony.conf", service_name: "chronyd" } }],
  debian: ["0", DEBIAN],
  freebsd: ["22.4", FREEBSD],
  mariner: ["22.4", AZURE],
  openmandriva: ["22.3", { ...CHRONYD, ...NTPD }],
  opensuse: ["0", SUSE],
  "opensuse-leap": ["23.1", SUSE],
  "opensuse-microos": ["23.1", SUSE],
  "opensuse-tumbleweed": ["23.1", SUSE],
  photon: ["21.3", { ...CHRONYD, ...NTPD, "systemd-timesyncd": MAIN_TIMESYNCD }],
  "raspberry-pi-os": ["25.3", { "systemd-timesyncd": USR_TIMESYNCD }],
  rhel: ["0", RHEL],
  rocky: ["24.4", RHEL],
  "sle-micro": ["23.1", SUSE],
  sle_hpc: ["23.1", SUSE],
  sles: ["0", SUSE],
  ubuntu: ["0", DEBIAN],
};

/** The client of a name as the image's cloud-init describes it for its distro; undefined if it is unknown. */
export function ntpClient(boot: ModuleRun, name: string): NtpClient | undefined {
  const base = baseClients(boot);
  if (!Object.hasOwn(base, name)) return undefined;
  const known = base[name as NtpClientName]!;
  const [since, overrides] = Object.hasOwn(DISTROS, boot.facts.name) ? DISTROS[boot.facts.name]! : ["0", {}];
  return boot.since(since) ? { ...known, ...overrides[name as NtpClientName] } : known;
}

/** Clients in the distro's order of preference (preferred_ntp_clients, 20.4 to 26.2). */
export function preferredClients(boot: ModuleRun): readonly NtpClientName[] {
  const { family, name } = boot.facts;
  if (family === "alpine") return ["chrony", "ntp"];
  if (name === "ubuntu" && boot.distro.codename === "xenial" && !boot.since("21.1")) return ["ntp"];
  if (family !== "suse") return ["chrony", "systemd-timesyncd", "ntp", "ntpdate"];
  const major = Number.parseInt(boot.distro.version, 10);
  return major >= 15 ? ["chrony", "systemd-timesyncd", "ntp"] : ["ntp", "systemd-timesyncd", "chrony"];
}
