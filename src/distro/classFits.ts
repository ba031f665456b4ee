/** Interchangeable classes, which differ in little more than their name. Images with these IDs may use any of them. */
const GROUPS: readonly { readonly classes: readonly string[]; readonly ids: RegExp }[] = [
  {
    classes: ["almalinux", "centos", "cloudlinux", "eurolinux", "miraclelinux", "rhel", "rocky", "virtuozzo"],
    ids: /^(almalinux|centos|cloudlinux|eurolinux|miraclelinux|ol|rhel|rocky|scientific|virtuozzo|vzlinux)$/,
  },
  {
    classes: [
      "opensuse",
      "opensuse-leap",
      "opensuse-microos",
      "opensuse-tumbleweed",
      "sle-micro",
      "sle_hpc",
      "sles",
      "suse",
    ],
    ids: /^(suse|opensuse|sle|sl-micro).*$/,
  },
  { classes: ["debian", "raspberry-pi-os", "raspberry_pi_os"], ids: /^(debian|raspbian)$/ },
  // openEuler 20.03 has cloud-init 19.4, which has no class of that name yet.
  { classes: ["openeuler", "openEuler", "rhel", "centos", "fedora"], ids: /^openeuler$/i },
  { classes: ["OpenCloudOS", "TencentOS"], ids: /^(opencloudos|tencentos|tlinux)$/i },
  { classes: ["amazon"], ids: /^amzn$/ },
  // Early images of Azure Linux 3 used the class of its predecessor.
  { classes: ["azurelinux", "mariner"], ids: /^(azurelinux|mariner)$/ },
  { classes: ["dragonflybsd"], ids: /^dragonfly(bsd)?$/i },
  { classes: ["arch"], ids: /^arch(arm)?$/ },
  ...["alpine", "aosc", "cos", "fedora", "freebsd", "gentoo", "netbsd", "openbsd"].map(alone),
  ...["openmandriva", "photon", "ubuntu"].map(alone),
];

function alone(name: string) {
  return { classes: [name], ids: new RegExp(`^${name}$`, "i") };
}

/**
 * Whether a class of cloud-init is intended for the distribution that os-release names. A derivative without its own
 * class may use those of its parents (ID_LIKE). True if nothing is known about the distribution.
 */
export function classFits(name: string, id: string, like: readonly string[]): boolean {
  const groupsOf = (one: string) => GROUPS.filter(({ ids }) => ids.test(one));
  const own = groupsOf(id);
  const groups = own.length > 0 ? own : like.flatMap(groupsOf);
  return groups.length === 0 || groups.some(({ classes }) => classes.includes(name));
}
