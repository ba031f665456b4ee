import { bootedAs, plain, type Scenario, type Seed, team, userData, without } from "../scenario.ts";

const named: Seed = { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\n" };
const seedDirectory = "/var/lib/cloud/seed/nocloud";
const cloud = "/var/lib/cloud";
/** What the build machine was handed over instead. */
const handed = (cloudConfig: string) => `printf '#cloud-config\\n${cloudConfig}\\n' >${seedDirectory}/user-data`;

/** An earlier boot under another name, or under the same one, that was handed something else over. */
const earlier = (id: string, cloudConfig: string): string[] => {
  const [save = "", ...rest] = bootedAs(id);
  return [save, handed(cloudConfig), ...rest];
};
/** An earlier boot whose meta-data gave a host name. */
const named0 = (id: string): string[] => {
  const [save = "", name = "", ...rest] = bootedAs(id);
  return [save, name, `echo 'local-hostname: web-0' >>${seedDirectory}/meta-data`, ...rest];
};
const customHosts = "printf '127.0.0.1 localhost\\n10.0.0.5 db.internal\\n' >/etc/hosts";
const customNetwork = "printf '# by hand\\n' >/etc/network/interfaces.d/50-cloud-init";

/** What an earlier boot left in the image, and what that changes. */
export const state: Scenario[] = [
  {
    name: "state-same-instance-other-user-data",
    commands: [...earlier("i-0001", "manage_etc_hosts: true"), customHosts],
    seed: userData("manage_etc_hosts: false\n"),
  },
  {
    name: "state-same-instance-without-cache",
    commands: [...earlier("i-0001", "manage_etc_hosts: false"), `rm ${cloud}/instance/obj.pkl`, customHosts],
    seed: userData("manage_etc_hosts: true\n"),
  },
  {
    name: "state-other-instance-user-data",
    commands: [...earlier("i-build", "manage_etc_hosts: true\\nhostname: built"), customHosts],
    seed: userData("timezone: Asia/Tokyo\n"),
  },
  {
    name: "state-manual-clean",
    files: team("manual_cache_clean: true\n"),
    commands: [...earlier("i-build", "manage_etc_hosts: true"), customHosts, "echo golden >/etc/hostname"],
    seed: { ...named, "user-data": "#cloud-config\ntimezone: Asia/Tokyo\nmanage_etc_hosts: false\n" },
  },
  {
    name: "state-manual-clean-marker",
    commands: [...bootedAs("i-build"), `touch ${cloud}/instance/manual-clean`, "rm /etc/ssh/ssh_host_*"],
    seed: { ...named, "user-data": "#cloud-config\ntimezone: Asia/Tokyo\n" },
  },
  {
    name: "state-manual-clean-without-cache",
    files: team("manual_cache_clean: true\n"),
    commands: [...bootedAs("i-build"), `rm ${cloud}/instance/obj.pkl`],
    seed: { ...named, "user-data": "#cloud-config\ntimezone: Asia/Tokyo\n" },
  },
  {
    name: "state-semaphores-removed",
    commands: [...bootedAs("i-0001"), `rm ${cloud}/instance/sem/config_*`, "rm /etc/ssh/ssh_host_*"],
    seed: named,
  },
  {
    name: "state-instance-id-removed",
    commands: [...bootedAs("i-0001"), `rm ${cloud}/data/instance-id`, customNetwork, "rm /etc/ssh/ssh_host_*"],
    seed: named,
  },
  {
    name: "state-instances-removed",
    commands: [...bootedAs("i-0001"), `rm -r ${cloud}/instance ${cloud}/instances`, customNetwork],
    seed: named,
  },
  {
    name: "state-cleaned",
    commands: [...bootedAs("i-0001"), "cloud-init clean --logs", customNetwork],
    seed: named,
  },
  {
    name: "state-hostname-by-hand",
    commands: [...bootedAs("i-build"), "echo golden >/etc/hostname"],
    seed: plain,
  },
  {
    name: "state-same-instance-hostname-by-hand",
    commands: [...bootedAs("i-0001"), "echo golden >/etc/hostname"],
    seed: named,
  },
  {
    name: "state-hostname-records",
    files: {
      [`${cloud}/data/previous-hostname`]: "old\n",
      [`${cloud}/data/set-hostname`]: '{\n "fqdn": "web-1",\n "hostname": "web-1"\n}\n',
    },
    seed: named,
  },
  {
    name: "state-network-at-every-boot",
    files: team("updates: {network: {when: [boot-new-instance, boot]}}\n"),
    commands: [...bootedAs("i-0001"), customNetwork],
    seed: named,
  },
  {
    name: "state-network-at-every-boot-by-user",
    commands: [...bootedAs("i-0001"), customNetwork],
    seed: userData("updates: {network: {when: [boot-new-instance, boot]}}\n"),
  },
  {
    name: "state-none-again",
    files: { ...team("datasource_list: [None]\n"), ...without("/usr/sbin/dhclient", "/sbin/dhclient") },
    commands: [...bootedAs("i-build"), customNetwork, "rm /etc/ssh/ssh_host_*"],
    seed: plain,
    ownData: true,
  },
  {
    name: "state-vendor-data-same-instance",
    commands: [
      `printf '#cloud-config\\ntimezone: Asia/Tokyo\\nmanage_etc_hosts: true\\n' >${seedDirectory}/vendor-data`,
      ...bootedAs("i-0001"),
      `rm ${seedDirectory}/vendor-data`,
      customHosts,
    ],
    seed: plain,
  },
  {
    name: "state-same-instance-other-hostname",
    commands: [...named0("i-0001"), "echo golden >/etc/hostname", `rm ${cloud}/data/previous-hostname`],
    seed: named,
  },
  {
    name: "state-manual-clean-hostname",
    files: team("manual_cache_clean: true\nmanage_etc_hosts: true\n"),
    commands: [...named0("i-build"), customHosts],
    seed: named,
  },
  {
    name: "state-scripts-left",
    files: {
      [`${cloud}/scripts/per-boot/01.sh`]: { content: "#!/bin/sh\necho boot >/etc/by-script\n", mode: "755" },
      [`${cloud}/scripts/per-once/01.sh`]: { content: "#!/bin/sh\necho once >/etc/by-once\n", mode: "755" },
      [`${cloud}/scripts/per-instance/01.sh`]: {
        content: "#!/bin/sh\necho instance >/etc/by-instance\n",
        mode: "755",
      },
    },
    commands: [...bootedAs("i-build"), "rm -f /etc/by-script /etc/by-once /etc/by-instance"],
    seed: plain,
  },
];
