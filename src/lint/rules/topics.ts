/**
 * What the rules are about, in the order of the index in docs/rules: by the ids that `topic` in a rule's front matter names,
 * which are also the anchors of their headings.
 */
export const TOPICS: ReadonlyMap<string, { readonly heading: string; readonly about: string }> = new Map(
  Object.entries({
    "ssh-server": {
      heading: "SSH server",
      about: "Settings of sshd that the first boot changes, and files beside them that have no effect.",
    },
    "host-keys": { heading: "Host keys", about: "Host keys that are replaced, missing, or the same on all instances." },
    accounts: {
      heading: "Accounts",
      about: "Users, groups, passwords, authorized keys and sudo: who can log in, and who can become root.",
    },
    "host-name": { heading: "Host name", about: "Names that the boot resets, and names that it does not set." },
    "hosts-file": { heading: "Hosts file", about: "Entries of /etc/hosts that a template removes." },
    network: {
      heading: "Network",
      about: "Configuration of the network that is replaced, joined, or read by nothing.",
    },
    "package-sources": {
      heading: "Package sources",
      about: "Repositories, mirrors and proxies of apt, yum, dnf, zypper and apk, and the releases that they lead to.",
    },
    time: { heading: "Time", about: "Time servers and the time zone." },
    "locale-and-keyboard": {
      heading: "Locale and keyboard",
      about: "Settings of language and keyboard that the boot resets.",
    },
    mounts: { heading: "Mounts", about: "Mounts and swap that are lost, hidden, or without effect." },
    files: {
      heading: "Files",
      about: "Customised files that are overwritten, and files that do not become what was asked for.",
    },
    "boot-loader": { heading: "Boot loader", about: "Devices that GRUB is installed to." },
    configuration: {
      heading: "Configuration",
      about: "Files, keys and values of cloud-init's configuration that do not count as they read.",
    },
    modules: {
      heading: "Modules",
      about: "Modules, stages and scripts that fail or never run, and what is lost by it.",
    },
    "launch-data": {
      heading: "Launch data",
      about: "User-data, seeds and datasources: what they override, and what they have no effect on.",
    },
    "boot-order": {
      heading: "Boot order",
      about: "Commands and units that wait for cloud-init while it waits for them.",
    },
    leftovers: {
      heading: "Leftovers",
      about: "What the machine that built the image left in it: secrets, keys, identities, state.",
    },
    ignores: { heading: "Ignores", about: "Comments and settings that ignore findings, and have no effect." },
  }),
);
