import { type Case, TEAM } from "./case.ts";

const debconf = (question: string, value: string) => ({
  "/var/cache/debconf/config.dat": `Name: ${question}\nTemplate: ${question}\nValue: ${value}\nOwners: grub-pc\nFlags: seen\n`,
});

/** Cases about package sources, upgrades and certificates. */
export const packageCases: readonly Case[] = [
  {
    id: "raspbian-gets-debian-sources",
    about: "system_info.distro is debian on Raspbian: Debian's mirrors take the place of Raspbian's.",
    image: {
      of: "debian-12",
      files: {
        "/etc/os-release": "ID=raspbian\nID_LIKE=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n",
        "/etc/apt/sources.list": "deb http://raspbian.raspberrypi.org/raspbian/ bookworm main contrib\n",
        [TEAM]: "apt:\n  preserve_sources_list: false\n",
      },
      finds: [{ rule: "apt-sources-replaced", severity: "error", about: "raspbian" }],
    },
  },
  {
    id: "schema-preserve-wrong-level",
    about: "preserve_sources_list at the top level does nothing.",
    image: {
      of: "ubuntu-24.04",
      files: {
        "/etc/apt/sources.list.d/ubuntu.sources":
          "Types: deb\nURIs: http://mirror.internal/ubuntu\nSuites: noble\nComponents: main\n",
        [TEAM]: "preserve_sources_list: true\n",
      },
      finds: [
        { rule: "apt-sources-replaced", severity: "error", about: "mirror.internal" },
        { rule: "schema-key-unknown", severity: "error", about: "preserve_sources_list" },
      ],
    },
  },
  {
    id: "grub-dpkg-lvm-md",
    about: "grub is installed to another disk than the installer chose: both disks of a RAID.",
    image: {
      of: "debian-12",
      files: {
        ...debconf("grub-pc/install_devices", "/dev/disk/by-id/ata-ONE, /dev/disk/by-id/ata-TWO"),
        [TEAM]: "cloud_config_modules: [grub-dpkg]\n",
      },
      finds: [{ rule: "grub-devices-replaced", severity: "warning", about: "ata-TWO" }],
    },
  },
  {
    id: "grub-dpkg-xvda",
    about: "The disk for grub is another than the instance's (a note: every installer writes one).",
    image: {
      of: "debian-12",
      files: {
        ...debconf("grub-pc/install_devices", "/dev/sda"),
        [TEAM]: "cloud_config_modules: [grub-dpkg]\n",
      },
      finds: [{ rule: "grub-devices-replaced", severity: "info", about: "/dev/sda" }],
    },
  },
  {
    id: "grub-dpkg-multi-esp",
    about: "Of several EFI partitions one is left for grub.",
    image: {
      of: "ubuntu-24.04",
      files: {
        ...debconf("grub-efi/install_devices", "/dev/disk/by-id/nvme-ONE-part1, /dev/disk/by-id/nvme-TWO-part1"),
        [TEAM]: "cloud_config_modules: [grub_dpkg]\ngrub_dpkg: {enabled: true}\n",
      },
      finds: [{ rule: "grub-devices-replaced", severity: "warning", about: "nvme-TWO" }],
    },
  },
  {
    id: "ecs-al2-repo-upgrade-docker",
    about:
      "repo_upgrade: security, which Amazon ships, upgrades a pinned Docker (a note where nothing says it is pinned).",
    image: {
      of: "amazon-linux-2",
      files: {},
      finds: [{ rule: "packages-upgraded-at-launch", severity: "info", about: "--security" }],
    },
  },
  {
    id: "ecs-al1-docker-112",
    about: "The same on Amazon Linux 1, set by the image's own configuration.",
    image: {
      of: "amazon-linux-2",
      files: {
        "/etc/os-release": 'NAME="Amazon Linux AMI"\nVERSION="2016.09"\nID="amzn"\nVERSION_ID="2016.09"\n',
        [TEAM]: "repo_upgrade: security\n",
      },
      finds: [{ rule: "packages-upgraded-at-launch", severity: "warning", about: "--security" }],
    },
  },
  {
    id: "convox-updates-not-applied",
    about: "repo_upgrade is none in one flavour of the image, and updates were expected.",
    cannot: "Nothing is lost; the command `config` shows the effective value with its line.",
  },
  {
    id: "al1-package_upgrade-ignored",
    about: "Amazon Linux 1 does not honour package_upgrade.",
    cannot: "What Amazon's own changes to cloud-init 0.7 read is not known well enough; the cause was not confirmed.",
  },
  {
    id: "yum_repos-never-overwrites",
    about: "An entry of yum_repos does nothing where its file exists.",
    image: {
      of: "rocky-9",
      files: {
        "/etc/yum.repos.d/epel.repo": "[epel]\nname=EPEL\nbaseurl=https://old.example.org/9/\n",
        [TEAM]: "yum_repos:\n  epel:\n    name: EPEL\n    baseurl: https://epel.example.org/9/\n",
      },
      finds: [{ rule: "yum-repository-kept", severity: "warning", about: "epel" }],
    },
  },
  {
    id: "liberty9-yum-module-missing",
    about: "yum_repos is set, but its module is in no list.",
    image: {
      of: "rocky-9",
      files: {
        [TEAM]:
          "cloud_config_modules: [locale, timezone, runcmd]\nyum_repos:\n  epel:\n    name: EPEL\n    baseurl: https://epel.example.org/9/\n",
      },
      finds: [{ rule: "config-key-without-module", severity: "error", about: "yum_repos" }],
    },
  },
  {
    id: "ca-remove-defaults-deletes",
    about: "remove_defaults empties the directory in which a certificate of the image lies.",
    image: {
      of: "debian-12",
      files: {
        "/usr/share/ca-certificates/corp/root.crt": "-----BEGIN CERTIFICATE-----\nexample\n-----END CERTIFICATE-----\n",
        "/etc/ssl/certs/ca-certificates.crt": "-----BEGIN CERTIFICATE-----\nexample\n-----END CERTIFICATE-----\n",
        [TEAM]: "ca_certs:\n  remove_defaults: true\n",
      },
      finds: [{ rule: "customised-file-replaced", severity: "warning", about: "corp" }],
    },
  },
  {
    id: "ca-blank-line-ignored",
    about: "A blank line in ca-certificates.conf had the new certificate ignored.",
    cannot: "A bug of a version before all that are simulated (Ubuntu 12.04).",
  },
];
