import { hashedPassword, keys, plain, type Scenario, team, userData } from "../scenario.ts";

const withKey = { "meta-data": `instance-id: i-0001\npublic-keys:\n  - ${keys.alice}\n` };
const sudoers = "/etc/sudoers.d/90-cloud-init-users";
const addDebian = "useradd --create-home --shell /bin/sh debian";

/** crypt(3) of "old". */
const formerHash = "$6$formerly$RL6IdfubdFWWj2L05PjgvNtPYTVVq3mr9tDs6UJAl7omDZvwXKuo1i1JIQNmBYFkq12.w/8Dezkii97k1M2U4.";

/** cc_users_groups and the accounts' half of cc_set_passwords. */
export const accounts: Scenario[] = [
  {
    name: "accounts-sudo-rule-after-cloud-inits",
    files: { "/etc/sudoers.d/99-team": { content: "%sudo ALL=(ALL:ALL) ALL\n", mode: "440" } },
    seed: plain,
  },
  {
    name: "accounts-default-user-exists",
    files: { "/etc/sudoers.d/debian": { content: "debian ALL=(ALL) ALL\n", mode: "440" } },
    commands: [
      addDebian,
      `echo 'debian:${hashedPassword}' | chpasswd -e`,
      "mkdir -m 700 /home/debian/.ssh",
      `echo '${keys.bob}' >/home/debian/.ssh/authorized_keys`,
      "chown -R debian:debian /home/debian/.ssh",
    ],
    seed: withKey,
  },
  { name: "accounts-no-users", files: team("users: []\n"), seed: withKey },
  { name: "accounts-no-default-user", files: team("users:\n  - name: ops\n    gecos: Operations\n"), seed: withKey },
  { name: "accounts-names", files: team("users: [default, bob, default]\n"), seed: withKey },
  { name: "accounts-string", files: team("users: bob,carol\n"), seed: withKey },
  {
    name: "accounts-mapping",
    files: team("users:\n  default: true\n  ops:\n    gecos: Operations\n  gone: false\n"),
    seed: withKey,
  },
  { name: "accounts-user-key", files: team("user: ops\n"), seed: withKey },
  {
    name: "accounts-user-mapping",
    files: team("user:\n  name: admin\n  sudo: false\n  groups: [adm]\n  lock_passwd: false\n"),
    seed: withKey,
  },
  {
    name: "accounts-default-user-configured",
    files: team(
      "system_info:\n  default_user:\n    name: admin\n    sudo: null\n    shell: /bin/sh\n    groups: adm\n    lock_passwd: false\n",
    ),
    seed: withKey,
  },
  {
    name: "accounts-many",
    files: team(`groups:
  - docker
  - team: [root, ops]
users:
  - default
  - name: ops
    gecos: Operations, room 1
    groups: [sudo, adm, newgroup]
    shell: /bin/bash
    sudo: ["ALL=(ALL) NOPASSWD:ALL", "ALL=(www-data) /bin/ls"]
    ssh_authorized_keys:
      - ${keys.alice}
      - ${keys.bob}
  - name: app
    system: true
  - name: nohome
    no_create_home: true
    no_user_group: true
  - name: fixed
    uid: 2001
    primary_group: team
    homedir: /srv/fixed
    inactive: "5"
    expiredate: "2031-09-01"
  - name: string
    groups: audio, video
    sudo: ALL=(ALL) ALL
`),
    seed: plain,
  },
  {
    name: "accounts-passwords",
    files: team(`users:
  - name: hashed
    passwd: "${hashedPassword}"
  - name: open
    passwd: "${hashedPassword}"
    lock_passwd: false
  - name: plain
    plain_text_passwd: hunter2
    lock_passwd: false
  - name: hashing
    hashed_passwd: "${hashedPassword}"
    lock_passwd: false
  - name: none
    lock_passwd: false
`),
    seed: plain,
  },
  {
    name: "accounts-existing-passwords",
    files: team(`users:
  - name: kept
    lock_passwd: false
  - name: locked
  - name: replaced
    hashed_passwd: "${hashedPassword}"
    lock_passwd: false
  - name: passwd
    passwd: "*"
    groups: [adm]
    shell: /usr/sbin/nologin
`),
    commands: [
      "for name in kept locked replaced passwd; do useradd --create-home $name; done",
      `for name in kept locked replaced passwd; do echo "$name:"'${formerHash}' | chpasswd -e; done`,
    ],
    seed: plain,
  },
  { name: "accounts-password", seed: userData("password: launched\nssh_pwauth: true\n") },
  { name: "accounts-password-kept", seed: userData(`password: ${hashedPassword}\nchpasswd: {expire: false}\n`) },
  {
    name: "accounts-chpasswd-list",
    commands: ["useradd ops", "useradd other", "useradd third"],
    seed: userData(`chpasswd:\n  expire: false\n  list: |\n    ops:secret\n    other:${hashedPassword}\n    third:R\n`),
  },
  {
    name: "accounts-chpasswd-users",
    commands: ["useradd ops", "useradd other", "useradd third"],
    seed: userData(
      `chpasswd:\n  expire: true\n  users:\n    - {name: ops, password: secret, type: text}\n    - {name: other, password: "${hashedPassword}"}\n    - {name: third, type: RANDOM}\n`,
    ),
  },
  {
    name: "accounts-sudoers-customised",
    files: {
      [sudoers]: { content: "# Created by cloud-init v. 22.1 on build\n\n# ours\ndebian ALL=(ALL) ALL\n", mode: "440" },
    },
    commands: [addDebian],
    seed: plain,
  },
  {
    name: "accounts-sudoers-agrees",
    files: { [sudoers]: { content: "# User rules for debian\ndebian ALL=(ALL) NOPASSWD:ALL\n", mode: "400" } },
    commands: [addDebian],
    seed: plain,
  },
  { name: "accounts-sudoers-no-include", commands: ["sed -i '/includedir/d' /etc/sudoers"], seed: plain },
  { name: "accounts-sudoers-missing", commands: ["rm -r /etc/sudoers /etc/sudoers.d"], seed: plain },
  {
    name: "accounts-existing-keys",
    files: team(
      `users:\n  - name: ops\n    ssh_authorized_keys: ["${keys.alice}"]\n  - name: gone\n    ssh_redirect_user: true\n`,
    ),
    commands: [
      "useradd --create-home ops",
      "mkdir -m 755 /home/ops/.ssh",
      `printf '# hand-made\\n%s\\n' '${keys.bob}' >/home/ops/.ssh/authorized_keys`,
    ],
    seed: withKey,
  },
  {
    name: "accounts-redirect",
    files: team("users:\n  - default\n  - name: old\n    ssh_redirect_user: true\n"),
    seed: withKey,
  },
  {
    name: "accounts-passwords-locked",
    seed: userData(
      `users:\n  - {name: default, lock_passwd: false, shell: /bin/sh, plain_text_passwd: secret}\n  - {name: ops, plain_text_passwd: secret}\n  - {name: dev, lock-passwd: true, hashed-passwd: ${hashedPassword}}\n`,
    ),
  },
  {
    name: "accounts-existing-request",
    commands: ["useradd --create-home --shell /bin/sh ops"],
    files: team(
      "groups:\n  - team: [ops, later]\nusers:\n  - {name: ops, uid: 2000, shell: /bin/bash, groups: [adm], homedir: /srv/ops, expiredate: '2020-01-01'}\n  - {name: later, shell: /bin/fish, expiredate: '2020-01-01'}\n  - {name: later, shell: /bin/bash}\n",
    ),
    seed: withKey,
  },
  {
    name: "accounts-user-data-replaces",
    files: team("users:\n  - default\n  - name: ops\n"),
    seed: userData("users:\n  - name: launched\n    sudo: ALL=(ALL) NOPASSWD:ALL\n"),
  },
  {
    name: "accounts-own-group",
    seed: userData("users:\n  - default\n  - name: early\n  - name: ops\n    groups: [adm, ops]\n  - name: late\n"),
  },
  {
    name: "accounts-group-of-default-user-left",
    commands: ["groupadd --system debian"],
    seed: withKey,
  },
  {
    name: "accounts-uid-taken",
    files: team("users:\n  - default\n  - name: ops\n    uid: 1\n  - name: late\n"),
    seed: withKey,
  },
  {
    name: "accounts-owner-of-failed-user",
    files: team(
      "users:\n  - default\n  - name: ops\n    shell: bash\nwrite_files:\n  - {path: /etc/ops.conf, owner: 'ops:ops', defer: true, content: a}\n",
    ),
    seed: withKey,
  },
];
