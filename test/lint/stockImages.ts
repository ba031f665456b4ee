import type { MemoryFile } from "../../src/image/memory.ts";
import type { StockConfiguration } from "./stockFacts.ts";

/** The main file of cloud-init's configuration. */
export const CLOUD_CFG = "/etc/cloud/cloud.cfg";

/** cloud.cfg and the files beside it. */
export function stockFiles({ distro, keys, lists, user = {}, system = {}, dropIns = {} }: StockConfiguration) {
  const [init, config, final] = lists;
  const content = {
    users: ["default"],
    preserve_hostname: false,
    ...keys,
    cloud_init_modules: init,
    cloud_config_modules: config,
    cloud_final_modules: final,
    system_info: {
      distro,
      default_user: {
        name: distro.toLowerCase(),
        lock_passwd: true,
        gecos: "Cloud User",
        sudo: ["ALL=(ALL) NOPASSWD:ALL"],
        shell: "/bin/bash",
        ...user,
      },
      paths: { cloud_dir: "/var/lib/cloud/", templates_dir: "/etc/cloud/templates/" },
      ssh_svcname: "sshd",
      ...system,
    },
  };
  const yaml = (value: object) =>
    Object.entries(value)
      .map(([key, one]) => `${key}: ${JSON.stringify(one)}\n`)
      .join("");
  const beside = Object.entries(dropIns).map(([name, value]) => [`/etc/cloud/cloud.cfg.d/${name}.cfg`, yaml(value)]);
  return { [CLOUD_CFG]: yaml(content), ...Object.fromEntries(beside) } as Record<string, string>;
}

const PROGRAM = { content: "#!/bin/sh\n", mode: 0o755 };
const IFUP = { "/usr/sbin/ifup": PROGRAM, "/usr/sbin/ifdown": PROGRAM };
const NETWORKD = { "/usr/sbin/ip": PROGRAM, "/usr/bin/systemctl": PROGRAM };
const SCRIPTS = { ...IFUP, "/etc/sysconfig/network-scripts/network-functions": "" };
const NETWORK_MANAGER = {
  "/usr/bin/nmcli": PROGRAM,
  "/etc/NetworkManager/NetworkManager.conf": "[main]\n",
  "/etc/systemd/system/multi-user.target.wants/NetworkManager.service": {
    link: "/usr/lib/systemd/system/NetworkManager.service",
  },
};

/** The network's programs by os-release, as the distribution's images have them. */
const NETWORKS: readonly (readonly [RegExp, Readonly<Record<string, MemoryFile>>])[] = [
  [/^alpine/, { ...IFUP, "/usr/sbin/ifquery": PROGRAM, "/etc/network/interfaces": "auto lo\n" }],
  [/^(debian|ubuntu)/, { "/usr/sbin/netplan": PROGRAM }],
  [
    /^(sles|sles_sap|opensuse-leap|sle-micro) 15/,
    { ...IFUP, "/etc/sysconfig/network/scripts/functions.netconfig": "" },
  ],
  [/^(amzn 2018|amzn 2$|(rhel|centos|ol|rocky|almalinux) [78]|openEuler)/, SCRIPTS],
  [/^(amzn|arch|aosc|gentoo|photon|mariner|azurelinux)/, NETWORKD],
];

/** The rest of the system. */
export function stockSystem(
  { id, release, version }: StockConfiguration,
  hasLibrary: boolean,
): Record<string, MemoryFile> {
  const network = NETWORKS.find(([pattern]) => pattern.test(`${id} ${release}`))?.[1] ?? NETWORK_MANAGER;
  const python = /^(debian|ubuntu)$/.test(id) ? "python3/dist-packages" : "python3.9/site-packages";
  return {
    "/bin": { link: "usr/bin" },
    "/etc/os-release": `ID="${id}"\nVERSION_ID="${release}"\n`,
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsyslog:x:100:4:::\nsystemd-network:x:76:76:::\n",
    "/etc/group": "root:x:0:\nadm:x:4:\nwheel:x:10:\nsystemd-network:x:76:\n",
    "/etc/shadow": "root:*:20000:0:99999:7:::\n",
    "/etc/fstab": "LABEL=/ / xfs defaults 0 0\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/ssh/sshd_config": "UsePAM yes\n",
    "/etc/sudoers": "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n",
    "/usr/bin/sudo": { content: "sudo", mode: 0o4755 },
    ...(id === "alpine" ? { "/usr/bin/doas": { content: "doas", mode: 0o4755 } } : systemd(id, release)),
    ...network,
    ...(hasLibrary
      ? { [`/usr/lib/${python}/cloudinit/version.py`]: `__VERSION__ = "${version}"\n` }
      : { "/usr/bin/cloud-init": PROGRAM }),
  };
}

function systemd(id: string, release: string): Record<string, MemoryFile> {
  return id === "amzn" && release.startsWith("2018") ? {} : { "/usr/lib/systemd/systemd": PROGRAM };
}
