/** What a stock cloud.cfg says, as facts of upstream's template and of the packages that patch it. */
interface StockConfiguration {
  /** ID of os-release. */
  readonly id: string;
  /** The version of cloud-init. */
  readonly version: string;
  readonly distro: string;
  /** Top-level keys beside `users: [default]`, `preserve_hostname: false`, the lists and system_info. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly lists: readonly (readonly string[])[];
}

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
function recent(distro: string, keys: object, config: string, init = "", id = distro): StockConfiguration {
  const lists = [[...INIT, ...words(init), ...INIT_LAST, "set_passwords"], [...words(config), ...CONFIG], FINAL];
  return { id, version: "26.2", distro, keys: { ...keys }, lists };
}

/** `more` is also in the first list, since the order does not matter here. */
function older(distro: string, version: string, keys: object, more: string, id = distro): StockConfiguration {
  const spelt = (name: string) => (DASHED.test(name) ? name.replaceAll("_", "-") : name);
  const final = FINAL.filter((name) => !since22.includes(name)).map(spelt);
  const lists = [
    ["migrator", ...INIT.map(spelt), ...INIT_LAST.map(spelt)],
    [...words(more), "set-passwords", ...CONFIG.map(spelt)],
    ["rightscale_userdata", ...final],
  ];
  return { id, version, distro, keys: { ...keys }, lists };
}

const SUBSCRIBED = "ssh_import_id locale rh_subscription spacewalk yum_add_repo";
const DEBIAN = "snap ssh_import_id keyboard locale grub_dpkg apt_pipelining apt_configure byobu fan landscape lxd";

/** 18.5 to 26.2, of each distribution that has one of its own. */
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
  // Amazon Linux 2.
  older(
    "amazon",
    "19.3",
    {
      disable_root: true,
      ssh_pwauth: false,
      mount_default_fields: FIELDS,
      resize_rootfs: "noblock",
      resize_rootfs_tmp: "/dev",
      ssh_deletekeys: false,
      ssh_genkeytypes: null,
      syslog_fix_perms: null,
      datasource_list: ["Ec2", "None"],
      repo_upgrade_exclude: ["kernel", "nvidia*", "cuda*"],
    },
    "write-metadata amazonlinux_repo_https resolv-conf locale yum-configure yum-add-repo",
    "amzn",
  ),
  // Of CentOS 6, whose cloud-init people install on later ones too.
  older(
    "rhel",
    "18.5",
    { ...RHEL_8, cc_ready_cmd: ["/bin/true"], locale_configfile: "/etc/sysconfig/i18n", ssh_svcname: "sshd" },
    "ssh-import-id locale",
    "centos",
  ),
  older("rhel", "19.4", RHEL_8, "locale rh_subscription yum-add-repo", "centos"),
  older("rhel", "21.1", RHEL_8, "locale rh_subscription yum-add-repo", "rhel"),
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
