import type { ModuleFacts } from "../module.ts";

const REDHAT = [
  "almalinux",
  "centos",
  "cloudlinux",
  "eurolinux",
  "fedora",
  "miraclelinux",
  "rhel",
  "rocky",
  "virtuozzo",
];
const SUSE = ["opensuse", "opensuse-leap", "opensuse-microos", "opensuse-tumbleweed", "sle_hpc", "sle-micro", "sles"];

function facts(name: string, rest: Partial<Omit<ModuleFacts, "name">> = {}): ModuleFacts {
  return { name, frequency: "once-per-instance", distros: "all", activatedBy: [], ...rest };
}

/**
 * Modules whose effects are not simulated yet: the plan says that they run, never what they do. When they run is
 * known: the `meta` of cloudinit/config/cc_*.py, 20.4 to 26.2.
 */
export const notSimulated: readonly ModuleFacts[] = [
  facts("ansible", { activatedBy: ["ansible"], since: "22.3" }),
  facts("apk_configure", { distros: () => ["alpine"], activatedBy: ["apk_repos"], since: "20.4" }),
  facts("byobu", { distros: (since) => ["ubuntu", "debian", ...(since("25.3") ? ["raspberry-pi-os"] : [])] }),
  facts("chef", { frequency: "always", activatedBy: ["chef"] }),
  facts("disable_ec2_metadata", { frequency: "always", activatedBy: ["disable_ec2_metadata"] }),
  facts("emit_upstart", { frequency: "always", distros: () => ["ubuntu", "debian"], until: "22.4" }),
  facts("fan", { distros: () => ["ubuntu"], activatedBy: ["fan"] }),
  facts("final_message", { frequency: "always" }),
  facts("keys_to_console"),
  facts("landscape", { distros: () => ["ubuntu"], activatedBy: ["landscape"] }),
  facts("lxd", { distros: () => ["ubuntu"], activatedBy: ["lxd"] }),
  facts("mcollective", { activatedBy: ["mcollective"] }),
  facts("migrator", { frequency: "always", until: "24.1" }),
  facts("phone_home", { activatedBy: ["phone_home"] }),
  facts("power_state_change", { activatedBy: ["power_state"] }),
  facts("puppet", { activatedBy: ["puppet"] }),
  facts("raspberry_pi", { distros: () => ["raspberry-pi-os"], activatedBy: ["rpi"], since: "25.2" }),
  facts("refresh_rmc_and_interface", { frequency: "always", until: "23.4" }),
  facts("reset_rmc", { since: "20.4" }),
  facts("rh_subscription", { distros: () => ["fedora", "rhel"], activatedBy: ["rh_subscription"] }),
  facts("rightscale_userdata", { until: "24.1" }),
  facts("salt_minion", { activatedBy: ["salt_minion"] }),
  facts("snap", { distros: () => ["ubuntu"], activatedBy: ["snap"] }),
  facts("spacewalk", { distros: () => ["fedora", "openeuler", "rhel"], activatedBy: ["spacewalk"] }),
  facts("ssh_import_id", { distros: () => ["alpine", "cos", "debian", "raspberry-pi-os", "ubuntu"] }),
  facts("ubuntu_autoinstall", {
    frequency: "once",
    distros: () => ["ubuntu"],
    activatedBy: ["autoinstall"],
    since: "22.4",
  }),
  facts("ubuntu_drivers", { distros: () => ["ubuntu"], activatedBy: ["drivers"] }),
  facts("ubuntu_pro", {
    distros: () => ["ubuntu"],
    activatedBy: ["ubuntu_pro", "ubuntu_advantage", "ubuntu-advantage"],
  }),
  facts("wireguard", { distros: () => ["ubuntu"], activatedBy: ["wireguard"], since: "22.4" }),
  facts("yum_add_repo", {
    distros: () => [
      "amazon",
      "azurelinux",
      "mariner",
      "openeuler",
      "OpenCloudOS",
      "openmandriva",
      "photon",
      "TencentOS",
      ...REDHAT,
    ],
    activatedBy: ["yum_repos"],
  }),
  facts("zypper_add_repo", { frequency: "always", distros: () => SUSE, activatedBy: ["zypper"] }),
];
