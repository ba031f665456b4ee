/** What a lint may be silent about although the real boot did it: a pattern and the reason. */
type Excuses = readonly (readonly [pattern: RegExp, reason: string])[];

/** Failures, as "MODULE ERROR". */
export const EXCUSED_FAILURES: Excuses = [
  [/^locale .*'eselect'/, "the stock cloud.cfg asks for it, and the root of another distribution has no eselect"],
  [/^keyboard .*'localectl'/, "localectl needs the message bus, which the boot does not have"],
  [/^ssh_authkey_fingerprints /, "it only prints: what keeps the account from being made has its own finding"],
  [/^users_groups .*'operator'/, "Azure names the user like a group of the image, which only the launch shows"],
  [/^scripts_user .*Runparts/, "a command of the scenario ends with a status that nothing shows beforehand"],
  [/^package_update_upgrade_install .*'yum'/, "the root of another distribution has no yum"],
  [/^apt_configure .*'update'\]/, "the package indexes come from a network that the boot does not have"],
  [
    /^locale .*update-locale.*LANG=(?:en_US\.UTF-8|C\.UTF-8)/,
    "the stock cloud.cfg asks for it, and the stock root has no locales: nobody customised either",
  ],
];

/** Requests, as observeRequests.ts says them. */
export const EXCUSED_REQUESTS: Excuses = [
  [/^the time server a\.example\.com$/, "the template that the scenario's configuration brings names no server"],
];

/** Paths of files that a boot adds. */
export const EXCUSED_ADDITIONS: Excuses = [
  [/^\/etc\/udev\/rules\.d\/(?:10|90)-cloud-init-hook-hotplug\.rules$/, "devices that the cloud adds later"],
  [
    /^\/(?:etc\/ssh\/keys\/[^/]+|(?:root|home\/[^/]+)\/\.ssh\/keys)$/,
    "the keys of the launch, where the image's AuthorizedKeysFile has them",
  ],
  [
    /^\/etc\/ssh\/sshd_config\.d\/50-cloud-init\.conf$/,
    "a launch decides on passwords, of which the image says nothing",
  ],
  [/^\/var\/lib\/waagent\/ovf-env\.xml$/, "Azure's own description of the launch"],
  [/^\/(?:root|home\/[^/]+)\/\.ssh\/authorized_keys$/, "the keys of the launch, which the image does not have"],
  [/^\/home\/[^/]+\/\.(?:profile|bashrc|bash_logout)$/, "the skeleton of a home directory that the boot makes"],
  [/^\/etc\/sudoers\.d\/90-cloud-init-users$/, "sudo-without-password reports it beside the image's own rules"],
  [/^\/etc\/doas\.conf$/, "the rules of the accounts that are asked for; the image has no doas"],
  [/^\/etc\/ssh\/ssh_host_\w+_key(?:\.pub|-cert\.pub)?$/, "fresh host keys in an image without a key of the kind"],
  [/^\/etc\/udev\/rules\.d\/(?:70|85)-persistent-net[\w-]*\.rules$/, "names of devices that the instance has"],
  [
    /^\/etc\/(?:network\/interfaces(?:\.d\/50-cloud-init(?:\.cfg)?)?|netplan\/50-cloud-init\.yaml|systemd\/network\/(?:10|20)-cloud-init-[^/]+|NetworkManager\/(?:system-connections\/cloud-init-[^/]+|conf\.d\/(?:30|99)-cloud-init[^/]*)|sysconfig\/network(?:-scripts)?(?:\/(?:ifcfg|route6?|ifroute)-[^/]+)?|conf\.d\/net|init\.d\/net\.[^/]+)$/,
    "the network of the instance; beside a profile of the image, network-configuration-joined reports it",
  ],
  [/-was-here$|^\/etc\/per-(?:boot|once|instance)$|^\/root\/seed$/, "a script of the scenario makes it"],
  [/^\/etc\/hostname$/, "the host name of the instance, in an image without one"],
  [/^\/etc\/sudoers$/, "only its includedir, in an image without the file"],
];
