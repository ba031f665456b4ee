/** What a stock cloud.cfg says, as facts of upstream's template and of the packages that patch it. */
export interface StockConfiguration {
  /** ID of os-release. */
  readonly id: string;
  /** VERSION_ID. */
  readonly release: string;
  /** The version of cloud-init. */
  readonly version: string;
  readonly distro: string;
  /** Top-level keys beside `users: [default]`, `preserve_hostname: false`, the lists and system_info. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly lists: readonly (readonly string[])[];
  /** What system_info says beside the class, the default user and its paths. */
  readonly system?: Readonly<Record<string, unknown>>;
  /** What the default user has beside what all have. */
  readonly user?: Readonly<Record<string, unknown>>;
  /** The files in cloud.cfg.d that packages of the distribution bring, by name. */
  readonly dropIns?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type Own = Pick<StockConfiguration, "system" | "user" | "dropIns">;

const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");

const INIT = words("seed_random bootcmd write_files growpart resizefs disk_setup mounts set_hostname update_hostname");
const INIT_LAST = words("update_etc_hosts ca_certs rsyslog users_groups ssh");
const CONFIG = words("ntp timezone disable_ec2_metadata runcmd");
const FINAL = words(`package_update_upgrade_install write_files_deferred puppet chef ansible mcollective salt_minion
  reset_rmc scripts_vendor scripts_per_once scripts_per_boot scripts_per_instance scripts_user ssh_authkey_fingerprints
  keys_to_console install_hotplug phone_home final_message power_state_change`);
/** Up to 23.1 the names of most modules have dashes. */
const DASHED = /^(?!seed|set_h|update_h|update_e|disk|reset|refresh|rightscale|emit|snap|fan)/;
const since22 = words("write_files_deferred reset_rmc install_hotplug ansible");

const FIELDS = [null, null, "auto", "defaults,nofail", "0", "2"];
const with3 = (options: string) => FIELDS.with(3, `defaults,nofail,${options}`);
const RHEL = {
  disable_root: true,
  mount_default_fields: with3("x-systemd.after=cloud-init-network.service,_netdev"),
  ssh_pwauth: false,
  ssh_deletekeys: true,
  ssh_genkeytypes: ["rsa", "ecdsa", "ed25519"],
  syslog_fix_perms: null,
  disable_vmware_customization: false,
};
const FEDORA = { disable_root: true, mount_default_fields: FIELDS, ssh_pwauth: false };
const RHEL_8 = {
  disable_root: 1,
  ssh_pwauth: 0,
  mount_default_fields: with3("x-systemd.requires=cloud-init.service,_netdev"),
  resize_rootfs_tmp: "/dev",
  ssh_deletekeys: 1,
  ssh_genkeytypes: null,
  syslog_fix_perms: null,
  disable_vmware_customization: false,
};

/** `config` are the modules of the second list that not all have, `init` those of the first. */
function recent(
  distro: string,
  keys: object,
  config: string,
  init = "",
  id = distro,
  own: Own & { readonly version?: string; readonly release?: string } = {},
): StockConfiguration {
  const lists = [[...INIT, ...words(init), ...INIT_LAST, "set_passwords"], [...words(config), ...CONFIG], FINAL];
  return { id, release: "1", version: "26.2", distro, keys: { ...keys }, lists, ...own };
}

/** `more` is also in the first list, since the order does not matter here. */
function older(
  distro: string,
  version: string,
  keys: object,
  more: string,
  id = distro,
  release = "1",
  own: Own = {},
): StockConfiguration {
  const spelt = (name: string) => (DASHED.test(name) ? name.replaceAll("_", "-") : name);
  const final = FINAL.filter((name) => !since22.includes(name)).map(spelt);
  const lists = [
    ["migrator", ...INIT.map(spelt), ...INIT_LAST.map(spelt)],
    [...words(more), "set-passwords", ...CONFIG.map(spelt)],
    ["rightscale_userdata", ...final],
  ];
  return { id, release, version, distro, keys: { ...keys }, lists, ...own };
}

/** A list of Amazon Linux, or of Red Hat's package up to RHEL 8: not upstream's order. */
function listed(
  stock: Omit<StockConfiguration, "lists">,
  init: string,
  config: string,
  final: string,
): StockConfiguration {
  return { ...stock, lists: [init, config, final].map(words) };
}

const SUBSCRIBED = "ssh_import_id locale rh_subscription spacewalk yum_add_repo";
const DEBIAN = "snap ssh_import_id keyboard locale grub_dpkg apt_pipelining apt_configure byobu fan landscape lxd";

const AMAZONS_USER = {
  name: "ec2-user",
  gecos: "EC2 Default User",
  groups: ["wheel", "adm", "systemd-journal"],
};
const AMAZONS_KEYS = {
  disable_root: true,
  ssh_pwauth: false,
  mount_default_fields: FIELDS,
  resize_rootfs: "noblock",
  resize_rootfs_tmp: "/dev",
};
const AMAZONS_OLD_KEYS = { ...AMAZONS_KEYS, ssh_deletekeys: false, ssh_genkeytypes: null, syslog_fix_perms: null };
/** What write_metadata puts into the variables of yum or dnf. */
const metadata = (directory: string) => ({
  write_metadata: [
    { path: `${directory}/awsregion`, data: [{ identity: "region" }, "default"] },
    { path: `${directory}/awsdomain`, data: [{ metadata: "services/domain" }, "amazonaws.com"] },
  ],
});
const EARLY = "migrator bootcmd write-files write-metadata growpart resizefs set-hostname update-hostname";
const PER = "scripts-per-once scripts-per-boot scripts-per-instance scripts-user ssh-authkey-fingerprints";
const LAST = "keys-to-console phone-home final-message power-state-change";

/** Amazon Linux 1, 2 and 2023, the last for EC2 and outside of it. */
const AMAZON: readonly StockConfiguration[] = [
  listed(
    {
      id: "amzn",
      release: "2018.03",
      version: "0.7.6",
      distro: "amazon",
      user: { ...AMAZONS_USER, groups: ["wheel"] },
      keys: {
        disable_root: true,
        datasource_list: ["Ec2", "None"],
        repo_upgrade: "security",
        repo_upgrade_exclude: ["kernel", "nvidia*", "cudatoolkit"],
        mounts: [
          ["ephemeral0", "/media/ephemeral0"],
          ["swap", "none", "swap", "sw", "0", "0"],
        ],
      },
      dropIns: {
        "00_defaults": { ...AMAZONS_OLD_KEYS, locale_configfile: "/etc/sysconfig/i18n" },
        "10_aws_yumvars": metadata("/etc/yum/vars"),
      },
    },
    `${EARLY} update-etc-hosts rsyslog users-groups ssh resolv-conf`,
    `disk_setup mounts locale set-passwords yum-configure yum-add-repo package-update-upgrade-install timezone
      puppet chef salt-minion mcollective disable-ec2-metadata runcmd`,
    `rightscale_userdata ${PER} ${LAST}`,
  ),
  ...["18.2", "19.3"].map((version) =>
    listed(
      {
        id: "amzn",
        release: "2",
        version,
        distro: "amazon",
        user: AMAZONS_USER,
        keys: {
          ...AMAZONS_OLD_KEYS,
          datasource_list: ["Ec2", "None"],
          network: { config: "disabled" },
          repo_upgrade: "security",
          repo_upgrade_exclude: ["kernel", "nvidia*", "cuda*"],
        },
        dropIns: { "10_aws_yumvars": metadata("/etc/yum/vars") },
      },
      `${EARLY} amazonlinux_repo_https update-etc-hosts rsyslog users-groups ssh resolv-conf`,
      `disk_setup mounts locale set-passwords yum-configure yum-add-repo package-update-upgrade-install timezone
        disable-ec2-metadata runcmd`,
      `${PER} ${LAST}`,
    ),
  ),
  ...[
    { network: { config: "disabled" }, datasource_list: ["Ec2", "None"], repo_upgrade: "none" },
    {
      datasource_list: ["NoCloud", "AltCloud", "ConfigDrive", "OVF", "VMware", "None"],
      disable_vmware_customization: false,
    },
  ].map((own) =>
    listed(
      {
        id: "amzn",
        release: "2023",
        version: "22.2.2",
        distro: "amazon",
        user: AMAZONS_USER,
        keys: AMAZONS_KEYS,
        dropIns: {
          "02_amazon": own,
          "10_aws_dnfvars": metadata("/etc/dnf/vars"),
          "40_selinux-reboot": {
            power_state: {
              delay: "now",
              mode: "reboot",
              message: "The kernel command line has changed",
              condition: "test -f /run/cloud-init-selinux-reboot",
            },
          },
        },
      },
      `migrator seed_random bootcmd write-files write-metadata growpart resizefs disk_setup mounts set_hostname
        update_hostname update_etc_hosts ca-certs rsyslog selinux users-groups ssh`,
      `ssh-import-id keyboard locale set-passwords yum-variables yum-add-repo ntp timezone disable-ec2-metadata runcmd`,
      `package-update-upgrade-install write-files-deferred puppet chef mcollective salt-minion reset_rmc
        refresh_rmc_and_interface rightscale_userdata scripts-vendor ${PER} install-hotplug ${LAST}`,
    ),
  ),
];

const REBUILDS = [
  ["rhel", "rhel", "cloud-user"],
  ["centos", "rhel", "centos"],
  ["rocky", "rhel", "rocky"],
  ["almalinux", "rhel", "almalinux"],
  ["ol", "rhel", "cloud-user"],
] as const;
const USERS_GROUPS = { gecos: "Cloud User", groups: ["adm", "systemd-journal"] };
/** Upstream's list for Red Hat's family, as renderers of the network. */
const RENDERERS = { network: { renderers: ["sysconfig", "eni", "netplan", "network-manager", "networkd"] } };

/** The stock file of RHEL 7 and 8, and of what is built from their sources: not upstream's. */
const RED_HATS: readonly StockConfiguration[] = REBUILDS.flatMap(([id, distro, name]) =>
  (
    [
      ["7.9", "19.4", with3("x-systemd.requires=cloud-init.service"), null],
      ["8.6", "21.1", with3("x-systemd.requires=cloud-init.service,_netdev"), null],
      ["8.10", "23.4", with3("x-systemd.requires=cloud-init.service,_netdev"), ["rsa", "ecdsa", "ed25519"]],
    ] as const
  ).map(([release, version, mount_default_fields, ssh_genkeytypes]) =>
    listed(
      {
        id,
        release,
        version,
        distro,
        user: { name, ...USERS_GROUPS },
        keys: { ...RHEL_8, mount_default_fields, ssh_genkeytypes },
      },
      `disk_setup migrator bootcmd write-files growpart resizefs set_hostname update_hostname update_etc_hosts rsyslog
        users-groups ssh`,
      `mounts locale set-passwords rh_subscription yum-add-repo package-update-upgrade-install timezone puppet chef
        salt-minion mcollective disable-ec2-metadata runcmd`,
      `rightscale_userdata ${PER} ${LAST}`,
    ),
  ),
);

/** RHEL 9 and 10: upstream's template, also with the class of the rebuild itself. */
const RED_HAT_REBUILDS: readonly StockConfiguration[] = REBUILDS.flatMap(([id, distro, name]) =>
  (
    [
      ["9.4", "23.4", distro],
      ["9.6", "24.4", id === "ol" ? distro : id],
      ["10.0", "24.4", distro],
    ] as const
  ).map(([release, version, own]) =>
    recent(own, RHEL, SUBSCRIBED, "", id, { release, version, user: { name, ...USERS_GROUPS }, system: RENDERERS }),
  ),
);

/** SLES and what is built from the same package, whose class is one of four names. */
const SUSES: readonly StockConfiguration[] = (
  [
    ["sles", "15.4", "21.2", "suse"],
    ["sles", "15.7", "23.3", "sles"],
    ["sles_sap", "15.6", "23.3", "suse"],
    ["sles", "16.0", "25.1.3", "suse"],
    ["opensuse-leap", "15.6", "23.3", "opensuse"],
    ["opensuse-leap", "16.0", "25.1.3", "suse"],
    ["opensuse-tumbleweed", "20251120", "25.1.3", "opensuse-tumbleweed"],
    ["opensuse-microos", "20251120", "25.1.3", "opensuse-microos"],
    ["sle-micro", "5.5", "23.3", "sle-micro"],
    ["sl-micro", "6.1", "23.3", "suse"],
  ] as const
).map(([id, release, version, distro]) =>
  recent(distro, { syslog_fix_perms: "root:root" }, "ssh_import_id keyboard locale zypper_add_repo", "", id, {
    release,
    version,
    user: { groups: ["cdrom", "users"] },
  }),
);

const KVP = { "10-azure-kvp": { reporting: { logging: { type: "log" }, telemetry: { type: "hyperv" } } } };
const VMWARES_LIST = {
  datasource_list: ["NoCloud", "ConfigDrive", "OpenStack", "VMware", "None"],
  datasource: { VMware: { allow_raw_data: false } },
};
const NETWORKD = { network: { renderers: ["networkd"] } };

const VMWARE_AND_AZURE: readonly StockConfiguration[] = [
  ...(
    [
      ["3.0", "21.4"],
      ["4.0", "23.4"],
      ["5.0", "25.1"],
    ] as const
  ).map(([release, version]) =>
    recent(
      "photon",
      {
        users: [{ name: "root", lock_passwd: false }],
        disable_root: false,
        disable_vmware_customization: true,
        manage_etc_hosts: false,
        mount_default_fields: FIELDS,
        ...VMWARES_LIST,
      },
      "yum_add_repo",
      "resolv_conf",
      "photon",
      { release, version, user: { gecos: "PhotonOS", groups: ["wheel"] }, system: NETWORKD },
    ),
  ),
  recent("mariner", { disable_root: true }, "ssh_import_id keyboard locale yum_add_repo", "", "mariner", {
    release: "2.0",
    version: "23.3",
    user: { gecos: "MarinerOS", groups: ["wheel"] },
    system: NETWORKD,
    dropIns: KVP,
  }),
  ...(["azurelinux", "mariner"] as const).map((distro) =>
    recent(distro, FEDORA, "ssh_import_id keyboard locale yum_add_repo", "", "azurelinux", {
      release: "3.0",
      version: "24.3.1",
      user: { name: "azureuser", gecos: "Azure Linux", groups: ["wheel", "adm", "systemd-journal"] },
      system: { network: { renderers: ["netplan", "networkd", "network-manager"] } },
      dropIns: KVP,
    }),
  ),
];

const OTHERS: readonly StockConfiguration[] = [
  // openEuler: no class of its own in 19.4; with capitals up to 23.2.
  ...(
    [
      ["20.03", "19.4", "rhel"],
      ["22.03", "21.4", "openEuler"],
      ["24.03", "23.4", "openeuler"],
    ] as const
  ).map(([release, version, distro]) =>
    recent(distro, FEDORA, "ssh_import_id locale yum_add_repo", "", "openEuler", { release, version }),
  ),
  ...(
    [
      ["41", "24.2"],
      ["43", "25.2"],
    ] as const
  ).map(([release, version]) =>
    recent("fedora", FEDORA, "ssh_import_id keyboard locale spacewalk yum_add_repo", "", "fedora", {
      release,
      version,
      system: { network: { renderers: ["netplan", "network-manager", "networkd", "sysconfig", "eni"] } },
    }),
  ),
  // Alpine's package has rules of doas before upstream, in 23.3.
  ...(
    [
      ["3.16", "22.1"],
      ["3.18", "23.2"],
      ["3.21", "24.4"],
    ] as const
  ).map(([release, version]) =>
    recent("alpine", FEDORA, "ssh_import_id keyboard locale apk_configure", "resolv_conf", "alpine", {
      release,
      version,
      user: { groups: ["adm", "wheel"], doas: ["permit nopass alpine"], shell: "/bin/ash" },
      system: { network: { renderers: ["eni"] } },
    }),
  ),
  recent("arch", { disable_root: true }, "ssh_import_id keyboard locale", "", "arch", { version: "25.1.4" }),
  older("gentoo", "18.5", { disable_root: true }, "ssh-import-id locale", "gentoo", "2.6", {
    user: { groups: ["users", "wheel"], primary_group: "users", "no-user-group": true },
  }),
  recent("gentoo", { disable_root: true }, "ssh_import_id keyboard locale", "", "gentoo", {
    release: "2.17",
    version: "25.1",
    user: { groups: ["users", "wheel"], primary_group: "users", no_user_group: true },
  }),
];

/** 0.7.6 to 26.2, of each distribution that has one of its own. */
export const STOCK_CONFIGURATIONS: readonly StockConfiguration[] = [
  ...words("almalinux centos cloudlinux eurolinux miraclelinux rhel rocky virtuozzo").map((distro) =>
    recent(distro, RHEL, SUBSCRIBED),
  ),
  recent("alpine", FEDORA, "ssh_import_id keyboard locale apk_configure", "resolv_conf"),
  recent("amazon", { ...FEDORA, resize_rootfs: "noblock" }, "ssh_import_id keyboard locale yum_add_repo", "", "amzn"),
  ...words("aosc arch gentoo").map((distro) => recent(distro, { disable_root: true }, "ssh_import_id keyboard locale")),
  recent("azurelinux", FEDORA, "ssh_import_id keyboard locale yum_add_repo"),
  recent("debian", { disable_root: true, apt: { preserve_sources_list: true } }, DEBIAN),
  ...words("fedora openmandriva OpenCloudOS TencentOS").map((distro) =>
    recent(distro, FEDORA, "ssh_import_id keyboard locale spacewalk yum_add_repo"),
  ),
  recent("openeuler", FEDORA, "ssh_import_id keyboard locale spacewalk yum_add_repo", "", "openEuler"),
  recent("mariner", { disable_root: true }, "ssh_import_id keyboard locale yum_add_repo"),
  recent(
    "photon",
    { disable_vmware_customization: true, manage_etc_hosts: false, disable_root: false, mount_default_fields: FIELDS },
    "yum_add_repo",
    "resolv_conf",
  ),
  recent("raspberry-pi-os", { disable_root: true }, `${DEBIAN} raspberry_pi`, "", "debian"),
  recent("suse", { syslog_fix_perms: "root:root" }, "ssh_import_id keyboard locale zypper_add_repo", "", "sles"),
  recent("ubuntu", { disable_root: true }, `${DEBIAN} wireguard ubuntu_autoinstall ubuntu_pro ubuntu_drivers`),
  // Of CentOS 6, whose cloud-init people install on later ones too.
  older(
    "rhel",
    "18.5",
    { ...RHEL_8, cc_ready_cmd: ["/bin/true"], locale_configfile: "/etc/sysconfig/i18n", ssh_svcname: "sshd" },
    "ssh-import-id locale",
    "centos",
  ),
  ...AMAZON,
  ...RED_HATS,
  ...RED_HAT_REBUILDS,
  ...SUSES,
  ...VMWARE_AND_AZURE,
  ...OTHERS,
  older("fedora", "20.4", { ...FEDORA, resize_rootfs_tmp: "/dev", ssh_pwauth: 0 }, "ssh-import-id locale spacewalk"),
  older("suse", "20.2", { syslog_fix_perms: "root:root" }, "ssh-import-id locale zypper-add-repo", "sles"),
  ...["18.5", "20.4", "22.1"].map((version) =>
    older(
      "ubuntu",
      version,
      { disable_root: true },
      `emit_upstart ${version === "18.5" ? "snap_config snappy" : "ubuntu-drivers snap"} ssh-import-id locale grub-dpkg
        apt-pipelining apt-configure ubuntu-advantage fan landscape lxd byobu`,
    ),
  ),
];
