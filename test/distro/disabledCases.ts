export const MARKER = "/etc/cloud/cloud-init.disabled";
export const ENABLER = "/etc/cloud/cloud-init.enabled";
export const CMDLINE = "/boot/cmdline.txt";
export const POLICY = "/etc/cloud/ds-identify.cfg";

/** Files of an image and nothing else that would stop cloud-init; whether it runs in 20.4 and 22.4, in 25.1 and 26.2. */
export const CASES: readonly (readonly [files: Readonly<Record<string, string>>, old: boolean, recent: boolean])[] = [
  [{}, true, true],
  [{ [MARKER]: "" }, false, false],
  [{ [MARKER]: "", [ENABLER]: "" }, true, false],
  [{ [CMDLINE]: "root=/dev/sda1 cloud-init=disabled ro" }, false, false],
  [{ [CMDLINE]: "root=/dev/sda1 cloud-init=disabled cloud-init=enabled" }, true, false],
  [{ [CMDLINE]: "root=/dev/sda1 cloud-init=enabled cloud-init=disabled" }, false, false],
  [{ [CMDLINE]: "root=/dev/sda1 cloud-init=enabled", [MARKER]: "" }, true, false],
  [{ [CMDLINE]: "root=/dev/sda1 cloud-init=disabled", [ENABLER]: "" }, false, false],
  [{ [CMDLINE]: "root=/dev/sda1 xcloud-init=disabledx" }, true, false],
  [{ [CMDLINE]: "root=/dev/sda1 cloud-init=off" }, true, true],
  [{ [CMDLINE]: "root=/dev/sda1 ci.di.policy=disabled" }, false, false],
  [{ [CMDLINE]: "root=/dev/sda1 ci.di.policy=disabled ci.di.policy=search,found=all" }, true, true],
  [{ [CMDLINE]: "root=/dev/sda1 ci.di.policy=enabled", [POLICY]: "policy: disabled\n" }, true, true],
  [{ [POLICY]: "policy: disabled\n" }, false, false],
  [{ [POLICY]: "datasource: NoCloud\npolicy: 'search,disabled' # off\n" }, false, false],
  [{ [POLICY]: "policy: disabled\npolicy: enabled\n" }, true, true],
  [{ [POLICY]: "# policy: disabled\n" }, true, true],
  [{ [POLICY]: "policy: search,notfound=disabled\n" }, true, true],
];
