import { expect, test } from "vitest";
import type { CloudData } from "../../../src/config/seed.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { Overlay } from "../../../src/image/overlay.ts";
import { lint } from "../../../src/lint/lint.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { whole } from "../../samples.ts";
import { exampleImage } from "../exampleImage.ts";

type Files = Readonly<Record<string, string>>;

const RULES = [
  "default-user-not-made",
  "nobody-can-become-root",
  "nobody-can-log-in",
  "ssh-keys-not-read",
  "ssh-pwauth-without-effect",
  "sudo-not-granted",
];
const rules = catalogue.filter(({ id }) => RULES.includes(id));

const KEY = `ssh-ed25519 ${"AAAAC3NzaC1lZDI1NTE5AAAAIAlicexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"} ops@example.com`;
const HASH = "$6$imagelint$ge.WS1Cga8b9Gm4Tly0ENvHyKwoGgbbNa5MLRHZff7adAB7HU1WmA2n2j1WG2yamy8eXON92.giMa8AvsSsUl.";
const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
const DROP_IN = "/etc/ssh/sshd_config.d/10-team.conf";
const SEED = "/var/lib/cloud/seed/nocloud";

/** The findings about access, each as "severity rule path:line". */
function found(files: Files, launch: { cloud?: CloudData; datasource?: string } = {}, name?: string): string[] {
  return messages(files, launch, name).map((message) => message.split(" | ")[0]!);
}

function messages(files: Files, launch: { cloud?: CloudData; datasource?: string } = {}, name?: string): string[] {
  const image = exampleImage(files, name);
  const { findings } = lint(image, { distro: detectDistro(image), rules, ...launch });
  return findings
    .filter(({ severity }) => severity !== "info")
    .map(({ severity, rule, cause, message }) => `${severity} ${rule} ${cause?.path}:${cause?.line} | ${message}`);
}

function seed(userData: string, metaData = "instance-id: i-1\n"): Files {
  return { [`${SEED}/meta-data`]: metaData, [`${SEED}/user-data`]: `#cloud-config\n${userData}` };
}

/** A launch that is known, with a key. */
const LAUNCH = seed("{}\n", `instance-id: i-1\npublic-keys: ["${KEY}"]\n`);

/** An account of the image, with sudo and a key of its own. */
const OPS: Files = {
  "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nops:x:2000:2000::/home/ops:/bin/bash\n",
  "/etc/group": "root:x:0:\nsudo:x:27:\nops:x:2000:\n",
  "/etc/shadow": "root:*:19000:0:99999:7:::\nops:*:19000:0:99999:7:::\n",
  "/etc/sudoers.d/ops": "ops ALL=(ALL) NOPASSWD:ALL\n",
  "/home/ops/.ssh/authorized_keys": `${KEY}\n`,
};

test.each<[string, Files, string[]]>([
  ["none", { [DROP_IN]: "AuthorizedKeysFile none\n" }, [`error ssh-keys-not-read ${DROP_IN}:1`]],
  [
    "a file of its own in a drop-in",
    { [DROP_IN]: "AuthorizedKeysFile /etc/keys/%u\n" },
    [`error ssh-keys-not-read ${DROP_IN}:1`],
  ],
  [
    "a Match block for the account",
    { [DROP_IN]: "Match User debian\nAuthorizedKeysFile /etc/keys\n" },
    [`error ssh-keys-not-read ${DROP_IN}:2`],
  ],
  ["a Match block for others", { [DROP_IN]: "Match User *,!debian\nAuthorizedKeysFile /etc/keys\n" }, []],
  ["a Match block for addresses", { [DROP_IN]: "Match Address 10.0.0.0/8\nAuthorizedKeysFile /etc/keys\n" }, []],
  ["Match all", { [DROP_IN]: "Match all\nPubkeyAuthentication no\n" }, [`error ssh-keys-not-read ${DROP_IN}:2`]],
  ["no keys", { [DROP_IN]: "PubkeyAuthentication no\n" }, [`error ssh-keys-not-read ${DROP_IN}:1`]],
  ["AllowUsers", { [DROP_IN]: "AllowUsers ops admin\n" }, [`error ssh-keys-not-read ${DROP_IN}:1`]],
  ["AllowUsers in two lines", { [DROP_IN]: "AllowUsers ops\nAllowUsers deb*\n" }, []],
  ["AllowUsers with a host", { [DROP_IN]: "AllowUsers debian@10.*\n" }, []],
  ["AllowGroups", { [DROP_IN]: "# ours\nAllowGroups sshusers\n" }, [`error ssh-keys-not-read ${DROP_IN}:2`]],
  ["AllowGroups of the user's own group", { [DROP_IN]: "AllowGroups debian\n" }, []],
  ["DenyGroups", { [DROP_IN]: "DenyGroups sudo\n" }, [`error ssh-keys-not-read ${DROP_IN}:1`]],
  ["DenyUsers from somewhere", { [DROP_IN]: "DenyUsers debian@10.0.0.1\n" }, []],
  ["DenyUsers", { [DROP_IN]: "DenyUsers root debian\n" }, [`error ssh-keys-not-read ${DROP_IN}:1`]],
  [
    "two factors",
    { [DROP_IN]: "AuthenticationMethods publickey,password\n" },
    [`error ssh-keys-not-read ${DROP_IN}:1`],
  ],
  ["either of two", { [DROP_IN]: "AuthenticationMethods publickey,password publickey\n" }, []],
  [
    "keys that a command prints",
    { [DROP_IN]: "AuthorizedKeysFile none\nAuthorizedKeysCommand /usr/bin/sss %u\nAuthorizedKeysCommandUser nobody\n" },
    [`warning ssh-keys-not-read ${DROP_IN}:1`],
  ],
  ["an account of the image that may log in", { ...OPS, [DROP_IN]: "AllowUsers ops\n" }, []],
  [
    "only root gets keys",
    { [TEAM]: "users: [root]\ndisable_root: false\n", [DROP_IN]: "PermitRootLogin no\n" },
    [`error ssh-keys-not-read ${DROP_IN}:1`],
  ],
  [
    "no PAM and a locked account",
    { "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM no\n" },
    ["error ssh-keys-not-read /etc/ssh/sshd_config:2"],
  ],
])("keys that sshd refuses: %s", (_, files, expected) => expect(found(files)).toEqual(expected));

test("keys that somebody asks for are an error, whoever else gets in", () => {
  const users = `users:\n  - default\n  - name: eva\n    ssh_authorized_keys: ["${KEY}"]\n`;
  const [message = ""] = messages({ ...seed(users), [DROP_IN]: "AllowUsers debian\n" });
  expect(message).toMatch(
    /^error ssh-keys-not-read \/etc\/ssh\/sshd_config.d\/10-team.conf:1 .*for eva.*AllowUsers is "debian"/,
  );
});

test("a home directory that others may change", () => {
  const image = new Overlay(
    exampleImage({
      "/etc/passwd": "root:x:0:0::/root:/bin/bash\ndebian:x:1000:1000::/home/debian:/bin/sh\n",
    }),
  );
  const blame = { module: "", cause: { path: "/", line: 1, column: 1 } };
  for (const path of ["/etc", "/etc/passwd"]) image.setAttributes(path, { uid: 0, mode: 0o755 }, blame);
  image.mkdir("/home/debian", blame, { uid: 1000, gid: 1000, mode: 0o777 });
  const findings = lint(image, { distro: detectDistro(image), rules }).findings;
  expect(findings.map(({ cause, message }) => `${cause?.path} ${message}`)).toEqual([
    expect.stringMatching(/^\/home\/debian .*can change \/home\/debian \(mode 0777\)/),
  ]);
});

test.each<[string, Files, string[]]>([
  ["nobody is requested", { [TEAM]: "users: []\n" }, [`error nobody-can-log-in ${TEAM}:1`]],
  [
    "the default user is configured, but not requested",
    { [TEAM]: "users: [{name: x}]\nsystem_info: {default_user: {name: admin}}\n" },
    [`warning default-user-not-made ${TEAM}:1`],
  ],
  [
    "the keys of the launch are ignored",
    { [TEAM]: "allow_public_ssh_keys: false\n" },
    [`error nobody-can-log-in ${TEAM}:1`],
  ],
  ["an account of the image", { ...OPS, [TEAM]: "users: []\n" }, []],
  [
    "a console that logs in",
    {
      [TEAM]: "users: []\n",
      "/etc/systemd/system/getty@tty1.service.d/a.conf":
        "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root %I\n",
    },
    [],
  ],
  ["root's password", { [TEAM]: "users: []\n", "/etc/shadow": `root:${HASH}:19000:0:99999:7:::\n` }, []],
  ["a seed that asks for no login", seed("locale: C.UTF-8\n"), [`warning nobody-can-log-in ${SEED}/user-data:1`]],
  ["a seed that imports keys", seed("ssh_import_id: [gh:ops]\n"), []],
  [
    "a seed whose key is the name of a file",
    seed("ssh_authorized_keys: [~/.ssh/id_ed25519.pub]\n"),
    [`error nobody-can-log-in ${SEED}/user-data:2`],
  ],
  [
    "a default user that has expired in the image",
    {
      "/etc/passwd": "root:x:0:0::/root:/bin/bash\ndebian:x:1000:1000::/home/debian:/bin/bash\n",
      "/etc/shadow": "root:*:19000:0:99999:7:::\ndebian:!:19000:0:99999:7::18000:\n",
    },
    ["error nobody-can-log-in /etc/shadow:2"],
  ],
  [
    "a default user without a shell in the image",
    {
      "/etc/passwd": "root:x:0:0::/root:/bin/bash\ndebian:x:1000:1000::/home/debian:/usr/sbin/nologin\n",
      "/etc/shadow": "root:*:19000:0:99999:7:::\ndebian:!:19000:0:99999:7:::\n",
    },
    ["error nobody-can-log-in /etc/passwd:2"],
  ],
  ["a seed that is to be filled in", seed("# users: [default]\n"), []],
  ["a seed without keys", seed("users: [default]\n"), [`error nobody-can-log-in ${SEED}/user-data:2`]],
  ["a seed with a key of the user", seed(`ssh_authorized_keys: ["${KEY}"]\n`), []],
  ["a seed with a key of the cloud", seed("{}\n", `instance-id: i\npublic-keys: ["${KEY}"]\n`), []],
  ["a seed with a password", seed("password: secret-of-mine\nchpasswd: {expire: false}\n"), []],
  [
    "a seed whose scripts do something else",
    seed("users: [default]\nruncmd: [touch /tmp/a]\n"),
    [`warning nobody-can-log-in ${SEED}/user-data:2`],
  ],
  ["a seed whose scripts make an account", seed("runcmd: [useradd -p x ops]\n"), []],
  [
    "a seed with a user without keys",
    seed("users:\n  - name: ops\n    sudo: ALL=(ALL) NOPASSWD:ALL\n"),
    [`error nobody-can-log-in ${SEED}/user-data:2`],
  ],
  ["keys that a module fails to write", seed("users: [{name: ops, uid: 0, groups: 5}]\n"), []],
  [
    "cloud-init is disabled",
    { "/etc/cloud/cloud-init.disabled": "" },
    ["error nobody-can-log-in /etc/cloud/cloud-init.disabled:1"],
  ],
  ["cloud-init is disabled, with an account", { ...OPS, "/etc/cloud/cloud-init.disabled": "" }, []],
])("nobody can log in: %s", (_, files, expected) => expect(found(files)).toEqual(expected));

test.each<[string, Files, string[]]>([
  [
    "a user without sudo",
    seed(`users:\n  - name: ops\n    ssh_authorized_keys: ["${KEY}"]\n`),
    [`warning nobody-can-become-root ${SEED}/user-data:2`],
  ],
  [
    "root may log in",
    seed(
      `users:\n  - name: ops\n    ssh_authorized_keys: ["${KEY}"]\nssh_authorized_keys: ["${KEY}"]\ndisable_root: false\n`,
    ),
    [],
  ],
  [
    "sudo of the default user is off",
    { ...LAUNCH, [TEAM]: "system_info: {default_user: {sudo: null}}\n" },
    [`warning nobody-can-become-root ${TEAM}:1`],
  ],
  [
    "sudo with a password that nobody has",
    { ...LAUNCH, [TEAM]: "system_info: {default_user: {sudo: ALL=(ALL) ALL}}\n" },
    [`warning nobody-can-become-root ${TEAM}:1`],
  ],
  [
    "doas",
    {
      ...LAUNCH,
      [TEAM]: "system_info: {default_user: {sudo: null}}\n",
      "/etc/doas.conf": "permit nopass debian\n",
      "/usr/bin/doas": "",
    },
    [],
  ],
  [
    "a group with sudo",
    {
      ...LAUNCH,
      [TEAM]: "system_info: {default_user: {sudo: null}}\n",
      "/etc/sudoers.d/a": "%sudo ALL=(ALL) NOPASSWD:ALL\n",
    },
    [],
  ],
  [
    "a file with a dot, which sudo ignores",
    {
      ...LAUNCH,
      [TEAM]: "system_info: {default_user: {sudo: null}}\n",
      "/etc/sudoers.d/a.conf": "%sudo ALL=(ALL) NOPASSWD:ALL\n",
    },
    [`warning nobody-can-become-root ${TEAM}:1`],
  ],
  [
    "a later rule with a password",
    { "/etc/sudoers.d/99-team": "# ours\n%sudo ALL=(ALL) ALL\n" },
    ["error sudo-not-granted /etc/sudoers.d/99-team:2"],
  ],
  [
    "a later rule against it",
    { "/etc/sudoers.d/zz": "debian ALL=(ALL) !ALL\n" },
    ["error sudo-not-granted /etc/sudoers.d/zz:1"],
  ],
])("nobody can become root: %s", (_, files, expected) => expect(found(files)).toEqual(expected));

test("what an image says of its own default user is meant so, since a launch may set a password", () => {
  expect(found({ [TEAM]: "system_info: {default_user: {sudo: null}}\n" })).toEqual([]);
  expect(found({ "/etc/sudoers.d/99-team": "debian ALL=(ALL) PASSWD: ALL\n" })).toEqual([]);
});

test("ssh_pwauth of user-data that loses to a drop-in of the image", () => {
  const asked = seed(`ssh_pwauth: true\nssh_authorized_keys: ["${KEY}"]\n`);
  const lost = [`error ssh-pwauth-without-effect ${SEED}/user-data:2`];
  expect(found({ ...asked, [DROP_IN]: "PasswordAuthentication no\n" })).toEqual(lost);
  expect(found({ ...asked, "/etc/ssh/sshd_config.d/60-team.conf": "PasswordAuthentication no\n" })).toEqual([]);
});

test.runIf(whole)("a hostile configuration of sshd takes no long time and says nothing", () => {
  const blocks = Array.from({ length: 5000 }, (_, at) => `Match User u${at}\nPubkeyAuthentication no\n`).join("");
  expect(found({ [DROP_IN]: `AllowUsers ${"x*y*".repeat(2000)}\n${blocks}` })).toEqual([]);
  expect(found({ [DROP_IN]: "AllowUsers __proto__ -x \u001b[2J\n" })).toEqual([`error ssh-keys-not-read ${DROP_IN}:1`]);
});

test("no password is shown", () => {
  const text = messages(seed("users: [{name: ops, plain_text_passwd: secret-of-mine}]\n")).join("\n");
  expect(text).not.toContain("secret-of-mine");
});
