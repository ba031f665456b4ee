import { plain, type Scenario, team, userData } from "../scenario.ts";

/** cc_write_files, bootcmd, runcmd and scripts. */
export const files: Scenario[] = [
  {
    name: "write-files",
    files: {
      ...team(`write_files:
  - path: /etc/team/plain.conf
    content: |
      one
      two
  - path: /etc/team/script.sh
    permissions: "0755"
    owner: root:adm
    content: "#!/bin/sh\\n"
  - path: /etc/team/octal
    permissions: 0600
    content: x
  - path: /etc/team/decimal
    permissions: 420
    content: "42"
  - path: /etc/team/empty
  - path: /etc/motd
    append: true
    content: "more\\n"
  - path: /etc/team/new-appended
    append: true
    content: alone
  - path: /etc/team/base64
    encoding: b64
    content: aGVsbG8K
  - path: /etc/team/gzip
    encoding: gz+b64
    content: H4sIAAAAAAACA8tIzcnJ5wIAIDA6NgYAAAA=
  - path: /etc/team/tagged
    content: !!binary aGkK
  - path: /etc/team/deferred
    defer: true
    owner: debian:debian
    content: later
`),
      "/etc/motd": "welcome\n",
      "/etc/team/plain.conf": { content: "old\n", mode: "600", owner: "root:adm" },
    },
    seed: plain,
  },
  {
    name: "write-files-links",
    files: {
      ...team(
        "write_files:\n  - {path: /etc/link, content: new}\n  - {path: /etc/dangling, content: new}\n  - {path: /opt/etc/deep, content: new}\n",
      ),
      "/etc/target": "old\n",
      "/etc/link": { link: "target" },
      "/etc/dangling": { link: "/etc/not-there" },
      "/opt/etc": { link: "/srv" },
    },
    seed: plain,
  },
  {
    name: "write-files-bad-type",
    files: team(
      "write_files:\n  - {path: /etc/first, content: a}\n  - {path: /etc/second, content: 42}\n  - {path: /etc/third, content: c}\n",
    ),
    seed: plain,
  },
  {
    name: "write-files-bad-entry",
    files: team(
      "write_files:\n  - {path: /etc/first, content: a}\n  - {content: no path}\n  - {path: /etc/second, owner: 'nobody-here:root', content: b}\n  - {path: /etc/third, content: c}\n",
    ),
    seed: plain,
  },
  {
    name: "write-files-owner-later",
    files: team(
      "users: [default, ops]\nwrite_files:\n  - {path: /etc/first, content: a}\n  - {path: /etc/second, owner: 'ops:ops', content: b}\n  - {path: /etc/third, content: c}\n",
    ),
    seed: plain,
  },
  {
    name: "write-files-odd-mode",
    files: team(
      "write_files:\n  - {path: /etc/odd, permissions: rwx, content: a}\n  - {path: /etc/bad64, encoding: b64, content: '%%%'}\n",
    ),
    seed: plain,
  },
  {
    name: "write-files-otherwise",
    files: team(`mounts:
  - [LABEL=data, /srv/data]
manage_etc_hosts: true
users:
  - default
  - {name: carol, shell: /bin/bash}
write_files:
  - {path: /home/carol/setup/data.json, content: "{}"}
  - {path: /usr/local/bin/set-uid, content: x, permissions: "4755"}
  - {path: /usr/local/bin/set-gid, content: x, permissions: "2755"}
  - {path: /usr/local/bin/letters, content: x, permissions: u=rwx}
  - {path: ~/.vimrc, content: set nu}
  - {path: /etc/motd, content: first}
  - {path: /etc/motd, content: second}
  - {path: /etc/hosts, content: 10.0.0.5 registry.internal}
  - {path: /srv/data/app.conf, content: x}
`),
    seed: plain,
  },
  {
    name: "write-files-user-data-replaces",
    files: team("write_files:\n  - {path: /etc/from-image, content: a}\n"),
    seed: userData(
      "write_files:\n  - {path: /etc/from-user, content: b}\n  - {path: /etc/ssh/sshd_config.d/00-user.conf, content: 'MaxAuthTries 2'}\n",
    ),
  },
  {
    name: "commands",
    files: team(
      "bootcmd:\n  - echo boot >/etc/bootcmd-was-here\n  - [sh, -c, 'echo list >>/etc/bootcmd-was-here']\nruncmd:\n  - echo run >/etc/runcmd-was-here\n  - [cp, /etc/hostname, /etc/hostname.copy]\n  - sed -i s/x/y/ /etc/services\n",
    ),
    seed: plain,
  },
  { name: "user-script", seed: { ...plain, "user-data": "#!/bin/sh\necho script >/etc/script-was-here\n" } },
  { name: "boothook", seed: { ...plain, "user-data": "#cloud-boothook\n#!/bin/sh\necho hook >/etc/hook-was-here\n" } },
  {
    name: "baked-scripts",
    files: {
      "/var/lib/cloud/scripts/per-boot/10-team.sh": {
        content: "#!/bin/sh\ntouch /etc/per-boot-was-here\n",
        mode: "755",
      },
      "/var/lib/cloud/scripts/per-instance/plain": { content: "#!/bin/sh\ntouch /etc/not-executable\n", mode: "644" },
    },
    seed: plain,
  },
];
