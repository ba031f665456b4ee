import type { Entry, Scenario } from "./scenario.ts";

/** What tells one distribution's image from another, as far as cloud-init and this project see it. */
interface Facts {
  /** os-release. */
  readonly id: string;
  readonly version: string;
  readonly idLike?: string;
  /** Modules that its stock cloud.cfg lists beside those that all do. */
  readonly init?: readonly string[];
  readonly config: readonly string[];
  /** Other top-level keys of its stock cloud.cfg, and what it says of the default user and the system. */
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly defaultUser: Readonly<Record<string, unknown>>;
  readonly system?: Readonly<Record<string, unknown>>;
  /** Programs that cloud-init calls: its package manager's, and those of its init. */
  readonly tools: readonly string[];
  readonly networks: readonly Network[];
}

/** Which programs and files for the network an image has. */
type Network = "sysconfig" | "suse" | "network-manager" | "eni";

const INIT = ["seed_random", "bootcmd", "write_files", "growpart", "resizefs", "disk_setup", "mounts"];
const INIT_END = ["set_hostname", "update_hostname", "update_etc_hosts"];
const INIT_LAST = ["ca_certs", "rsyslog", "users_groups", "ssh", "set_passwords"];
const CONFIG_END = ["ntp", "timezone", "disable_ec2_metadata", "runcmd"];
const FINAL =
  "package_update_upgrade_install write_files_deferred puppet chef ansible mcollective salt_minion reset_rmc scripts_vendor scripts_per_once scripts_per_boot scripts_per_instance scripts_user ssh_authkey_fingerprints keys_to_console install_hotplug phone_home final_message power_state_change";

const MOUNT_FIELDS = [null, null, "auto", "defaults,nofail", "0", "2"];
const RHEL_MOUNT_FIELDS = MOUNT_FIELDS.with(3, "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev");
const WHEEL = ["wheel", "adm", "systemd-journal"];
const RHEL: Omit<Facts, "id" | "version"> = {
  idLike: "rhel centos fedora",
  config: ["ssh_import_id", "locale", "rh_subscription", "spacewalk", "yum_add_repo"],
  keys: {
    mount_default_fields: RHEL_MOUNT_FIELDS,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: ["rsa", "ecdsa", "ed25519"],
    syslog_fix_perms: null,
    disable_vmware_customization: false,
  },
  defaultUser: { name: "cloud-user", gecos: "Cloud User", groups: ["adm", "systemd-journal"] },
  system: { network: { renderers: ["eni", "netplan", "network-manager", "sysconfig", "networkd"] } },
  tools: ["rpm", "dnf", "yum"],
  networks: ["network-manager"],
};
const SUSE: Omit<Facts, "id" | "version"> = {
  idLike: "suse",
  config: ["ssh_import_id", "keyboard", "locale", "zypper_add_repo"],
  keys: { syslog_fix_perms: "root:root" },
  defaultUser: { name: "suse", gecos: "suse Cloud User", groups: ["cdrom", "users"] },
  tools: ["rpm", "zypper"],
  networks: ["suse"],
};

/** Facts of the stock cloud.cfg of 26.2 and of the images that carry it, by system_info.distro. */
export const FAMILIES = {
  rocky: {
    ...RHEL,
    id: "rocky",
    version: "9.4",
    defaultUser: { name: "rocky", gecos: "rocky Cloud User", groups: ["adm", "systemd-journal"] },
  },
  rhel: { ...RHEL, id: "rhel", version: "9.4", idLike: "fedora" },
  centos: { ...RHEL, id: "centos", version: "7", networks: ["sysconfig"], tools: ["rpm", "yum"] },
  fedora: {
    ...RHEL,
    id: "fedora",
    version: "40",
    config: ["ssh_import_id", "keyboard", "locale", "spacewalk", "yum_add_repo"],
    keys: { mount_default_fields: MOUNT_FIELDS, ssh_pwauth: false, syslog_fix_perms: null },
    defaultUser: { name: "fedora", gecos: "fedora Cloud User", groups: WHEEL },
    system: { network: { renderers: ["netplan", "network-manager", "networkd", "sysconfig", "eni"] } },
  },
  amazon: {
    ...RHEL,
    id: "amzn",
    version: "2023",
    idLike: "fedora",
    config: ["ssh_import_id", "keyboard", "locale", "yum_add_repo"],
    keys: {
      mount_default_fields: MOUNT_FIELDS,
      resize_rootfs: "noblock",
      ssh_pwauth: false,
      syslog_fix_perms: null,
    },
    defaultUser: { name: "ec2-user", gecos: "EC2 Default User", groups: WHEEL },
    system: {},
    networks: [],
  },
  azurelinux: {
    ...RHEL,
    id: "azurelinux",
    version: "3.0",
    idLike: "mariner",
    config: ["ssh_import_id", "keyboard", "locale", "yum_add_repo"],
    keys: { mount_default_fields: MOUNT_FIELDS, ssh_pwauth: false, syslog_fix_perms: null },
    defaultUser: { name: "azureuser", gecos: "Azure Linux", groups: WHEEL },
    system: { network: { renderers: ["netplan", "networkd", "network-manager"] } },
    tools: ["rpm", "tdnf"],
    networks: [],
  },
  mariner: {
    ...RHEL,
    id: "mariner",
    version: "2.0",
    config: ["ssh_import_id", "keyboard", "locale", "yum_add_repo"],
    keys: { syslog_fix_perms: null },
    defaultUser: { name: "mariner", gecos: "MarinerOS", groups: ["wheel"] },
    system: { network: { renderers: ["networkd"] } },
    tools: ["rpm", "tdnf"],
    networks: [],
  },
  photon: {
    ...RHEL,
    id: "photon",
    version: "5.0",
    init: ["resolv_conf"],
    config: ["yum_add_repo"],
    keys: {
      users: [{ name: "root", lock_passwd: false }],
      disable_vmware_customization: true,
      manage_etc_hosts: false,
      disable_root: false,
      mount_default_fields: MOUNT_FIELDS,
      syslog_fix_perms: null,
    },
    defaultUser: { name: "photon", gecos: "PhotonOS", groups: ["wheel"] },
    system: { network: { renderers: ["networkd"] }, disable_fallback_netcfg: true },
    tools: ["rpm", "tdnf"],
    networks: [],
  },
  openeuler: {
    ...RHEL,
    id: "openEuler",
    version: "24.03",
    config: ["ssh_import_id", "keyboard", "locale", "spacewalk", "yum_add_repo"],
    keys: { mount_default_fields: MOUNT_FIELDS, ssh_pwauth: false, syslog_fix_perms: null },
    defaultUser: { name: "openeuler", gecos: "openeuler Cloud User", groups: WHEEL },
    system: {},
    networks: ["sysconfig"],
  },
  opensuse: { ...SUSE, id: "opensuse-leap", version: "15.6", idLike: "suse opensuse" },
  sles: { ...SUSE, id: "sles", version: "15.6" },
  alpine: {
    id: "alpine",
    version: "3.20.0",
    init: ["resolv_conf"],
    config: ["ssh_import_id", "keyboard", "locale", "apk_configure"],
    keys: { mount_default_fields: MOUNT_FIELDS, ssh_pwauth: false },
    defaultUser: {
      name: "alpine",
      gecos: "alpine Cloud User",
      groups: ["adm", "wheel"],
      doas: ["permit nopass alpine"],
    },
    system: { network: { renderers: ["eni"] } },
    tools: ["apk", "rc-service"],
    networks: ["eni"],
  },
  arch: {
    id: "arch",
    version: "",
    config: ["ssh_import_id", "keyboard", "locale"],
    defaultUser: { name: "arch", gecos: "arch Cloud User", groups: ["wheel", "users"] },
    tools: ["pacman"],
    networks: [],
  },
  gentoo: {
    id: "gentoo",
    version: "2.15",
    config: ["ssh_import_id", "keyboard", "locale"],
    defaultUser: {
      name: "gentoo",
      gecos: "gentoo Cloud User",
      groups: ["users", "wheel"],
      primary_group: "users",
      no_user_group: true,
    },
    tools: ["emerge"],
    networks: [],
  },
} satisfies Record<string, Facts>;

export type FamilyName = keyof typeof FAMILIES;

type Files = NonNullable<Scenario["files"]>;

const program = (content: string): Entry => ({ content: `#!/bin/sh\n${content}`, mode: "755" });
/** A program that does nothing and succeeds. */
const idle = program("exit 0\n");
/** A program that puts the trusted certificates together. */
const bundler = (path: string): Entry =>
  program(`mkdir -p ${path.slice(0, path.lastIndexOf("/"))}; echo bundle >${path}\n`);
const SUSE_FILES: Files = { "/usr/sbin/update-ca-certificates": bundler("/var/lib/ca-certificates/ca-bundle.pem") };
const NETWORK_FILES: Readonly<Record<Network, Files>> = {
  sysconfig: {
    "/usr/sbin/ifup": idle,
    "/usr/sbin/ifdown": idle,
    "/etc/sysconfig/network-scripts/network-functions": "# functions of the network scripts\n",
    "/etc/sysconfig/network": "# Created by the installer\n",
  },
  suse: {
    "/usr/sbin/ifup": idle,
    "/usr/sbin/ifdown": idle,
    "/etc/sysconfig/config": "# one of the two files by which cloud-init tells that there are sysconfig files\n",
    "/etc/sysconfig/network/config": 'NETCONFIG_DNS_POLICY="auto"\n',
  },
  "network-manager": {
    "/usr/bin/nmcli": idle,
    "/etc/NetworkManager/NetworkManager.conf": "[main]\n\n[logging]\n",
    "/usr/lib/systemd/system/NetworkManager.service": "[Unit]\nDescription=Network Manager\n",
    "/etc/systemd/system/multi-user.target.wants/NetworkManager.service": {
      link: "/usr/lib/systemd/system/NetworkManager.service",
    },
  },
  eni: {
    "/usr/sbin/ifup": idle,
    "/usr/sbin/ifdown": idle,
    "/usr/sbin/ifquery": idle,
    "/etc/network/interfaces": "auto lo\niface lo inet loopback\n",
  },
};

const REMOVED = [
  "/usr/sbin/netplan",
  "/usr/sbin/ifup",
  "/usr/sbin/ifdown",
  "/usr/sbin/ifquery",
  "/etc/network/interfaces",
  "/etc/default/locale",
];

function cloudCfg(name: FamilyName, facts: Facts): string {
  const { init = [], config, keys = {}, defaultUser, system = {} } = facts;
  const content = {
    users: ["default"],
    disable_root: true,
    preserve_hostname: false,
    ...keys,
    cloud_init_modules: [...INIT, ...INIT_END, ...init, ...INIT_LAST],
    cloud_config_modules: [...config, ...CONFIG_END],
    cloud_final_modules: FINAL.split(" "),
    system_info: {
      distro: name,
      default_user: { lock_passwd: true, sudo: ["ALL=(ALL) NOPASSWD:ALL"], shell: "/bin/bash", ...defaultUser },
      paths: { cloud_dir: "/var/lib/cloud/", templates_dir: "/etc/cloud/templates/" },
      ssh_svcname: "sshd",
      ...system,
    },
  };
  const lines = Object.entries(content).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return `# Written for a test from the facts of ${name}.\n${lines.join("")}`;
}

/** What makes a Debian root the image of another distribution, as far as cloud-init sees it, and `files` on top. */
export function family(name: FamilyName, files: Files = {}, networks?: readonly Network[]): Files {
  const facts: Facts = FAMILIES[name];
  const release = { NAME: name, ID: facts.id, VERSION_ID: facts.version, ID_LIKE: facts.idLike ?? "" };
  return {
    ...Object.fromEntries(REMOVED.map((path) => [path, { remove: true } as const])),
    "/etc/locale.conf": "LANG=C.UTF-8\n",
    "/usr/lib/os-release": Object.entries(release)
      .map(([key, value]) => (value === "" ? "" : `${key}="${value}"\n`))
      .join(""),
    "/etc/cloud/cloud.cfg": cloudCfg(name, facts),
    "/usr/bin/localectl": idle,
    "/usr/bin/update-ca-trust": bundler("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
    ...(facts.id.includes("suse") || facts.id === "sles" ? SUSE_FILES : {}),
    ...Object.fromEntries(facts.tools.map((tool) => [`/usr/bin/${tool}`, idle])),
    ...Object.assign({}, ...(networks ?? facts.networks).map((network) => NETWORK_FILES[network])),
    ...files,
  };
}
