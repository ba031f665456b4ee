import { expect, test } from "vitest";
import { hostKeyMaker } from "../../src/distro/hostKeyUnits.ts";
import { memoryImage } from "../../src/image/memory.ts";

const U = "/usr/lib/systemd/system";
const E = "/etc/systemd/system";
const unit = (lines: string) => `[Unit]\n${lines}\n`;

const RED_HAT_7 = {
  [`${U}/sshd.service`]: unit("Wants=sshd-keygen.service"),
  [`${U}/sshd-keygen.service`]: unit("ConditionFileNotEmpty=|!/etc/ssh/ssh_host_rsa_key"),
};
const RED_HAT_8 = {
  [`${U}/sshd.service`]: unit("Wants=sshd-keygen.target"),
  [`${U}/sshd-keygen.target`]: unit("Wants=sshd-keygen@rsa.service\nWants=sshd-keygen@ed25519.service"),
  [`${U}/sshd-keygen@.service`]: unit("ConditionFileNotEmpty=|!/etc/ssh/ssh_host_%i_key"),
};
const OFF = unit("ConditionPathExists=!/run/systemd/generator.early/multi-user.target.wants/cloud-init.target");
const DROP_IN = "sshd-keygen@.service.d/disable-sshd-keygen-if-cloud-init-active.conf";
const DEBIAN_13 = {
  [`${U}/ssh.service`]: unit("After=network.target"),
  [`${U}/sshd-keygen.service`]: unit("ConditionFirstBoot=yes"),
  [`${E}/ssh.service.wants/sshd-keygen.service`]: "",
};

test.each([
  ["Amazon Linux 2 and CentOS 7", RED_HAT_7, "runs"],
  ["RHEL 8", RED_HAT_8, "runs"],
  ["RHEL 8 with the drop-in of 21.4", { ...RED_HAT_8, [`${E}/${DROP_IN}`]: OFF }, "off"],
  ["RHEL 9", { ...RED_HAT_8, [`${U}/${DROP_IN}`]: OFF }, "off"],
  [
    "the drop-in put out of effect by one of its name",
    { ...RED_HAT_8, [`${U}/${DROP_IN}`]: OFF, [`${E}/${DROP_IN}`]: "" },
    "runs",
  ],
  [
    "the condition taken back by a later drop-in",
    { ...RED_HAT_8, [`${U}/${DROP_IN}`]: OFF, [`${E}/sshd-keygen@.service.d/zz.conf`]: unit("ConditionPathExists=") },
    "runs",
  ],
  ["a masked unit", { ...RED_HAT_7, [`${E}/sshd-keygen.service`]: "" }, "off"],
  ["a drop-in alone", { [`${E}/${DROP_IN}`]: OFF }, "off"],
  [
    "a command before SUSE's sshd",
    { [`${U}/sshd.service`]: "[Service]\nExecStartPre=/usr/sbin/sshd-gen-keys-start\n" },
    "runs",
  ],
  [
    "Arch",
    { [`${U}/sshd.service`]: unit("Wants=sshdgenkeys.service"), [`${U}/sshdgenkeys.service`]: unit("") },
    "runs",
  ],
  ["a unit that nothing wants", { [`${U}/sshd.service`]: unit(""), [`${U}/sshd-keygen.service`]: unit("") }, "none"],
  ["a unit that is wanted and missing", { [`${U}/sshd.service`]: unit("Wants=sshd-keygen.service") }, "none"],
  ["Debian 12", { "/lib/systemd/system/ssh.service": unit("After=network.target") }, "none"],
  ["Debian 13 before its first boot", DEBIAN_13, "runs"],
  ["Debian 13 after it", { ...DEBIAN_13, "/etc/machine-id": "0123456789abcdef0123456789abcdef\n" }, "off"],
  ["an init script", { "/etc/init.d/sshd": "#!/sbin/openrc-run\nssh-keygen -A\n" }, "runs"],
  ["an init script that makes none", { "/etc/init.d/ssh": "#!/bin/sh\nstart-stop-daemon --start\n" }, "none"],
  ["an image without anything that starts sshd", {}, "unknown"],
  [
    "targets that want each other",
    { ...RED_HAT_8, [`${U}/sshd-keygen.target`]: unit("Wants=sshd-keygen.target") },
    "none",
  ],
] as const)("%s: %#", (_title, files, expected) => {
  expect(hostKeyMaker(memoryImage(files))).toBe(expected);
});
