import { type Case, SEED, TEAM } from "./case.ts";

const AGENT = "Another program (waagent, open-vm-tools, netconfig, NetworkManager) does it, not cloud-init.";

/** Cases about the network, mounts, time, locale and the configuration itself. */
export const systemCases: readonly Case[] = [
  {
    id: "wrong-directory-etc-cloud.cfg.d",
    about: "The configuration lies in /etc/cloud.cfg.d, which nothing reads.",
    image: {
      of: "ubuntu-24.04",
      files: { "/etc/cloud.cfg.d/99-team.cfg": "ssh_pwauth: false\n" },
      finds: [{ rule: "config-file-not-read", severity: "warning", about: "/etc/cloud.cfg.d" }],
    },
  },
  { id: "el7-networkmanager-resolv", about: "NetworkManager rewrites resolv.conf.", cannot: AGENT },
  { id: "suse-netconfig-clobber", about: "netconfig rewrites a linked resolv.conf.", cannot: AGENT },
  {
    id: "sles-resolv-header-injected",
    about: "A header in resolv.conf makes netconfig leave the file alone from then on.",
    cannot: "No setting changes at the boot: what netconfig does with the file later is another program's.",
  },
  {
    id: "vsphere-static-ip-lost-on-reboot",
    about: "A static address in a netplan file of the image, and DHCP beside it.",
    image: {
      of: "ubuntu-24.04",
      files: {
        "/etc/netplan/01-static.yaml":
          "network:\n  version: 2\n  ethernets:\n    ens192:\n      addresses: [192.0.2.10/24]\n",
      },
      finds: [{ rule: "network-configuration-joined", severity: "warning", about: "50-cloud-init.yaml" }],
    },
  },
  {
    id: "centos-maas-network-regenerated",
    about: "An edited ifcfg file is written anew.",
    image: {
      of: "rocky-9",
      files: {
        "/etc/sysconfig/network-scripts/ifcfg-eth0": "DEVICE=eth0\nBOOTPROTO=none\nIPADDR=192.0.2.10\n",
        [`${SEED}/meta-data`]: "instance-id: i-1\n",
        [`${SEED}/user-data`]: "",
        [`${SEED}/network-config`]: "version: 1\nconfig:\n  - {type: physical, name: eth0, subnets: [{type: dhcp}]}\n",
      },
      finds: [{ rule: "network-configuration-replaced", severity: "error", about: "ifcfg-eth0" }],
    },
  },
  {
    id: "eni-eth0-cfg-deleted",
    about: "interfaces.d/eth0.cfg is deleted where it holds the two stock lines.",
    image: {
      of: "debian-12",
      files: { "/etc/network/interfaces.d/eth0.cfg": "auto eth0\niface eth0 inet dhcp\n" },
      finds: [{ rule: "network-configuration-replaced", severity: "error", about: "eth0" }],
    },
  },
  {
    id: "webmin-50-cloud-init-edited",
    about: "A person edited the netplan file that cloud-init writes.",
    image: {
      of: "ubuntu-24.04",
      files: {
        "/etc/netplan/50-cloud-init.yaml":
          "network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [192.0.2.10/24]\n      gateway4: 192.0.2.1\n",
        [`${SEED}/meta-data`]: "instance-id: i-1\n",
        [`${SEED}/user-data`]: "",
        [`${SEED}/network-config`]: "version: 2\nethernets:\n  eth0: {dhcp4: true}\n",
      },
      finds: [{ rule: "network-configuration-replaced", severity: "error", about: "50-cloud-init.yaml" }],
    },
  },
  {
    id: "capi-netplan-leftovers-merge",
    about:
      "The installer's netplan file, with the address of the builder, is merged with the one that cloud-init writes.",
    image: {
      of: "ubuntu-24.04",
      files: {
        "/etc/netplan/00-installer-config.yaml":
          "# This is the network config written by 'subiquity'\nnetwork:\n  ethernets:\n    ens160:\n      addresses: [192.0.2.10/24]\n  version: 2\n",
      },
      finds: [{ rule: "network-configuration-joined", severity: "warning", about: "00-installer-config.yaml" }],
    },
  },
  {
    id: "alpine-image-hardcodes-network",
    about: "A network-config in the image's own seed shadows that of the launch.",
    image: {
      of: "alpine-3.21",
      files: {
        [`${SEED}/meta-data`]: "instance-id: nocloud\n",
        [`${SEED}/user-data`]: "#cloud-config\n{}\n",
        [`${SEED}/network-config`]: "version: 1\nconfig: []\n",
      },
      finds: [{ rule: "seed-left", severity: "warning" }],
    },
  },
  { id: "openvmtools-only-reads-cloud.cfg", about: "open-vm-tools looks for a key in cloud.cfg only.", cannot: AGENT },
  {
    id: "cis-stig-mounts-fstab-reset",
    about: "Lines of fstab that carry cloud-init's mark are dropped, and made anew without the hardened options.",
    image: {
      of: "debian-12",
      files: {
        "/etc/fstab": "/dev/vdb /var/log ext4 defaults,nodev,noexec,nosuid,comment=cloudconfig 0 2\n",
        [TEAM]: "mounts:\n  - [/dev/vdc, /data, ext4]\n",
      },
      finds: [{ rule: "mount-lost", severity: "error", about: "/var/log" }],
    },
  },
  {
    id: "azure-mnt-shadowing",
    about: "The resource disk is mounted over /mnt and hides the mounts below it.",
    cannot: "Only Azure's metadata tells that the disk is there, and the lines of fstab stay.",
  },
  { id: "azure-rhel8-resource-disk-moved", about: "waagent's swap setting is no longer used.", cannot: AGENT },
  {
    id: "azure-swap-partition-first-mount",
    about: "A swap entry of `mounts` on the resource disk stops the boot where the disk is not there.",
    cannot: "What disks a launch has is not in the image; nothing that was customised is lost.",
  },
  {
    id: "hetzner-k3s-resizefs-still-runs",
    about: "growpart is off, resizefs still grows the file system.",
    cannot: "Partitions and the size of file systems are no files of the image.",
  },
  {
    id: "locale-default-overrides-builder",
    about: "SUSE sets LANG to en_US.UTF-8 where no locale is configured.",
    image: {
      of: "opensuse-leap-15.6",
      files: { "/etc/locale.conf": "LANG=de_DE.UTF-8\n" },
      finds: [{ rule: "locale-reset", severity: "warning", about: "de_DE.UTF-8" }],
    },
  },
  {
    id: "ntp-competes-timesyncd",
    about: "An ntp key configures the time client with public pools beside the image's own servers.",
    image: {
      of: "ubuntu-24.04",
      files: { "/etc/systemd/timesyncd.conf": "[Time]\nNTP=ntp1.internal\n", [TEAM]: "ntp: {}\n" },
      finds: [{ rule: "time-servers-replaced", severity: "error", about: "timesyncd NTP" }],
    },
  },
  {
    id: "syslog-fix-perms-user-missing",
    about: "The log should belong to a user that the image does not have.",
    cannot: "Only the owner of cloud-init's own log differs.",
  },
  {
    id: "readme-all-files-vs-cfg",
    about: "A drop-in whose name does not end in .cfg is not read.",
    image: {
      of: "debian-12",
      files: { "/etc/cloud/cloud.cfg.d/99-team.yaml": "ssh_pwauth: false\n" },
      finds: [{ rule: "config-file-not-read", severity: "warning", about: "99-team.yaml" }],
    },
  },
  {
    id: "scaleway-null-system_info",
    about: "Lines that lost their indentation leave `system_info:` null, which hides all that cloud.cfg says there.",
    image: {
      of: "debian-12",
      files: { [TEAM]: "system_info:\ndefault_user:\n  name: ops\n" },
      finds: [{ rule: "cloud-init-cannot-start", severity: "error" }],
    },
  },
  {
    id: "invalid-yaml-silently-dropped",
    about: "A tab, and the whole file is dropped.",
    image: {
      of: "debian-12",
      files: { [TEAM]: "ntp:\n\tenabled: true\n" },
      finds: [{ rule: "config-file-ignored", severity: "error", about: "20-team.cfg" }],
    },
  },
  {
    id: "capi-ova-nocloud-cmdline",
    about: "The kernel's command line still has the builder's seed.",
    image: {
      of: "ubuntu-24.04",
      files: { "/etc/default/grub": 'GRUB_CMDLINE_LINUX="ds=nocloud-net;s=http://builder.internal/"\n' },
      finds: [{ rule: "datasource-pinned", severity: "warning", about: "nocloud" }],
    },
  },
  {
    id: "multiline-datasource_list",
    about: "ds-identify does not read a list on several lines.",
    image: {
      of: "ubuntu-24.04",
      // Behind 90_dpkg.cfg, which has the list of Ubuntu's package.
      files: { "/etc/cloud/cloud.cfg.d/95-team.cfg": "datasource_list:\n  - NoCloud\n  - None\n" },
      finds: [{ rule: "datasource-list-not-read", severity: "warning" }],
    },
  },
  {
    id: "debian-cfg-wiped-after-upgrade",
    about: "An upgraded package finds another datasource: the instance is new, and everything runs again.",
    cannot: "It is no first boot, and what a later package detects is not in the image; the cause was not confirmed.",
  },
];
