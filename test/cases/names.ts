import { type Case, SEED } from "./case.ts";

const NAMED = "a note only: every installer and image tool writes a host name";

const launch = (name: string) => ({
  [`${SEED}/meta-data`]: `instance-id: i-1\nlocal-hostname: ${name}\n`,
  [`${SEED}/user-data`]: "",
});

/** Cases about host names and /etc/hosts. */
export const nameCases: readonly Case[] = [
  {
    id: "openshift-openstack-hostname",
    about: `The cloud's name takes the place of the image's (${NAMED}).`,
    image: {
      of: "rocky-9",
      files: { "/etc/hostname": "node1.cluster.internal\n" },
      finds: [{ rule: "hostname-reset", severity: "info" }],
    },
  },
  {
    id: "capv-ipv6-localhost",
    about: "Without a name from the cloud the host was called after a line of /etc/hosts.",
    cannot: "The cause was not confirmed; what name results without one from the cloud depends on the running system.",
  },
  {
    id: "rhel76-rebase-hostname",
    about: `A newer package sets the host name that an older one left alone (${NAMED}).`,
    image: {
      of: "rocky-9",
      files: { "/etc/hostname": "golden.corp.internal\n", ...launch("ip-10-0-0-1") },
      finds: [{ rule: "hostname-reset", severity: "info", about: "ip-10-0-0-1" }],
    },
  },
  {
    id: "rpi-hostname-and-hosts-userdata-wins",
    about: "manage_etc_hosts: false in a drop-in loses to the user-data that lies in the image.",
    image: {
      of: "debian-12",
      files: {
        "/etc/hosts": "127.0.0.1 localhost\n10.0.0.5 registry.internal\n",
        "/etc/cloud/cloud.cfg.d/99-hosts.cfg": "manage_etc_hosts: false\n",
        [`${SEED}/meta-data`]: "instance-id: rpi\n",
        [`${SEED}/user-data`]: "#cloud-config\nhostname: pi\nmanage_etc_hosts: true\n",
      },
      finds: [
        { rule: "hosts-file-replaced", severity: "error", about: "registry.internal" },
        { rule: "seed-left", severity: "warning" },
      ],
    },
  },
  {
    id: "websafety-ui-hostname",
    about: `The name set in an appliance's interface is gone (${NAMED}).`,
    image: {
      of: "ubuntu-24.04",
      files: { "/etc/hostname": "websafety\n", ...launch("ip-10-0-0-1") },
      finds: [{ rule: "hostname-reset", severity: "info", about: "ip-10-0-0-1" }],
    },
  },
  {
    id: "rhel-novalocal-fqdn",
    about: "Red Hat's class stores the name with its domain, others the short one.",
    image: {
      of: "rocky-9",
      files: { "/etc/hostname": "web\n", ...launch("web.novalocal") },
      finds: [{ rule: "hostname-reset", severity: "info", about: "web.novalocal" }],
    },
  },
  {
    id: "suse-wicked-vs-cloud-init-hostname",
    about: "wicked sets the name that DHCP gives after cloud-init has set its own.",
    cannot: "It happens after cloud-init, by another program.",
  },
  {
    id: "ec2-127.0.1.1-overwritten",
    about: "manage_etc_hosts: localhost edits the line of 127.0.1.1 at every boot.",
    cannot:
      "The cause was not confirmed; in all versions that are simulated the other names of the address stay beside the new ones.",
  },
  {
    id: "proxmox-host-cloud-init-on-hypervisor",
    about: "cloud-init on a hypervisor took the name of a guest.",
    cannot: "Nothing in an image tells that the machine is not meant to be an instance; the cause was not confirmed.",
  },
  {
    id: "vultr-hosts-breaks-game-server",
    about: "The provider's vendor-data has /etc/hosts rendered from the template.",
    image: {
      of: "debian-12",
      files: {
        "/etc/hosts": "127.0.0.1 localhost\n203.0.113.7 game.example.org\n",
        ...launch("game"),
        [`${SEED}/vendor-data`]: "#cloud-config\nmanage_etc_hosts: true\n",
      },
      finds: [{ rule: "hosts-file-replaced", severity: "error", about: "game.example.org" }],
    },
  },
  {
    id: "hosts-template-header-wrong-path",
    about: "The header of /etc/hosts named another template than the one that is rendered, and that was edited.",
    image: {
      of: "debian-12",
      files: {
        "/etc/cloud/templates/hosts.tmpl": "127.0.0.1 localhost\n192.0.2.10 erp.example.org\n",
        "/etc/cloud/cloud.cfg.d/20-team.cfg": "manage_etc_hosts: true\n",
      },
      finds: [{ rule: "hosts-template-not-used", severity: "warning", about: "hosts.debian.tmpl" }],
    },
  },
  {
    id: "sumaforma-debian-fqdn-127.0.1.1",
    about: "Debian's cloud images set manage_etc_hosts: true, lines added to /etc/hosts are gone.",
    image: {
      of: "debian-12",
      files: {
        "/etc/hosts": "127.0.0.1 localhost\n192.168.1.5 server.example.org server\n",
        "/etc/cloud/cloud.cfg.d/01_debian_cloud.cfg": "manage_etc_hosts: true\n",
      },
      finds: [{ rule: "hosts-file-replaced", severity: "error", about: "server.example.org" }],
    },
  },
];
