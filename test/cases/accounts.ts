import { type Case, TEAM } from "./case.ts";

const HASH = "$6$example$abcdefghijklmnopqrstuvwxyz";
const withUser = (name: string, uid: number) => ({
  "/etc/passwd": `root:x:0:0:root:/root:/bin/bash\n${name}:x:${uid}:${uid}::/home/${name}:/bin/bash\n`,
  "/etc/shadow": `root:*:20000:0:99999:7:::\n${name}:${HASH}:20000:0:99999:7:::\n`,
});

/** Cases about accounts and sudo. */
export const accountCases: readonly Case[] = [
  {
    id: "sudoers-90-cloud-init-users",
    about: "Rules that ask for a password are in vain: the default user gets NOPASSWD.",
    image: {
      of: "rocky-9",
      files: { ...withUser("rocky", 1000), "/etc/sudoers.d/10-rocky": "rocky ALL=(ALL) ALL\n" },
      finds: [{ rule: "sudo-without-password", severity: "error", about: "rocky" }],
    },
  },
  {
    id: "selinux-user-key-ignored-in-cloud.cfg",
    about: "selinux-user with a hyphen in default_user has no effect.",
    image: {
      of: "rocky-9",
      files: { [TEAM]: "system_info:\n  default_user:\n    name: maintuser\n    selinux-user: staff_u\n" },
      finds: [{ rule: "schema-key-unknown", severity: "error", about: "selinux_user" }],
    },
  },
  {
    id: "wsl-unexpected-ubuntu-user",
    about: "The stock `users: [default]` makes a user that nobody wanted.",
    cannot: "A user that was not in the image is no customisation that gets lost.",
  },
  {
    id: "lxc-users-empty-dict",
    about: "`users: {}` does not remove a user that the image has.",
    cannot: "The boot leaves the user as it is.",
  },
  {
    id: "packer-ubuntu-user-locked",
    about: "The user of the installer is named like the default user: its password is locked.",
    image: {
      of: "ubuntu-24.04",
      files: withUser("ubuntu", 1000),
      finds: [{ rule: "password-locked", severity: "error", about: "user ubuntu password" }],
    },
  },
  {
    id: "default-user-lock-hyphen",
    about: "lock-passwd with a hyphen in default_user does not keep the password.",
    image: {
      of: "ubuntu-24.04",
      files: { ...withUser("ubuntu", 1000), [TEAM]: "system_info:\n  default_user:\n    lock-passwd: false\n" },
      finds: [
        { rule: "password-locked", severity: "error", about: "user ubuntu password" },
        { rule: "schema-key-unknown", severity: "error", about: "lock_passwd" },
      ],
    },
  },
  {
    id: "root-locked-by-users-entry",
    about: "An entry for root in `users` locks root's password.",
    image: {
      of: "debian-12",
      files: {
        "/etc/shadow": `root:${HASH}:20000:0:99999:7:::\n`,
        [TEAM]: "users:\n  - default\n  - name: root\n",
      },
      finds: [{ rule: "password-locked", severity: "error", about: "user root password" }],
    },
  },
];
