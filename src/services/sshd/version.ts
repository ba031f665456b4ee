import type { Packages } from "../../packages/packages.ts";

/** OpenSSH's version as one number to compare: 804 is 8.4, 1000 is 10.0. */
export type OpensshVersion = number;

/** The version of sshd in the image; if no package contains it, a version above all others. */
export function opensshVersion(packages: Packages): OpensshVersion {
  // Debian, RHEL and Alpine have openssh-server, Arch and SUSE openssh; Debian and SUSE put an epoch in front.
  const text = packages.version("openssh-server") ?? packages.version("openssh") ?? "";
  const match = /^(?:\d{1,9}:)?(\d{1,3})\.(\d{1,2})/.exec(text);
  return match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * 100 + Number(match[2]);
}
