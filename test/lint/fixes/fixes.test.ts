import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type BootResult, boot } from "../../../src/boot/boot.ts";
import { UNKNOWN_CLOUD } from "../../../src/config/seed.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import type { Image } from "../../../src/image/image.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import { ServiceReader } from "../../../src/lint/evidence/serviceHistory.ts";
import type { Finding } from "../../../src/lint/finding.ts";
import { setOnLine } from "../../../src/lint/fixes/addToConfig.ts";
import { inDropIn as inSharedDropIn } from "../../../src/lint/fixes/dropIn.ts";
import { FixProver } from "../../../src/lint/fixes/fixes.ts";
import { lint } from "../../../src/lint/lint.ts";
import { catalogue, ruleNamed } from "../../../src/lint/rules/catalogue.ts";
import { documented } from "../../../src/lint/rules/documents.ts";
import { whole } from "../../samples.ts";
import { D, findings, findingsAlone, findingsAmongAll, withVersion } from "../checks/configuration/findings.ts";
import { exampleImage } from "../exampleImage.ts";

const HASH = "$6$salt$abcdefghijklmnopqrstuv";
const PASSWD = [
  "root:x:0:0:root:/root:/bin/bash",
  "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin",
  "debian:x:1000:1000::/home/debian:/bin/bash",
  "ann:x:1001:1001::/home/ann:/bin/bash",
].join("\n");
const shadow = (root: string, ann: string) =>
  `root:${root}:20000:0:99999:7:::\nsshd:!:20000::::::\ndebian:!:20000:0:99999:7:::\nann:${ann}:20000:0:99999:7:::\n`;
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGM0YzRjNGM0YzRjNGM0YzRjNGM0YzRjNGM0YzRjNGM0YzRjNGM0 ann";

type Files = Readonly<Record<string, string>>;

/** An image with a prover, and how often it was linted again. */
function proving(files: Files | Image, found: (fixed: Image, booted: BootResult) => readonly Finding[] = () => []) {
  const image = "lstat" in files ? (files as Image) : exampleImage(files as Files);
  const distro = detectDistro(image);
  const counted = { lints: 0 };
  const prover = new FixProver({
    image,
    original: boot(image, { distro }),
    rules: catalogue,
    reader: new ServiceReader(distro),
    findings: () => [],
    findingsAfter: (fixed, booted) => {
      counted.lints++;
      return found(fixed, booted);
    },
  });
  const fixOf = (path: string, content: string) => prover.proveOne({ path, content }, () => true);
  /** The safe fix. */
  const prove = (path: string, content: string) => {
    const fix = fixOf(path, content);
    return fix?.safe ? fix : null;
  };
  return { fixOf, prove, counted };
}

const isOffered = (files: Files, config: string) => proving(files).prove(`${D}/99-x.cfg`, config) !== null;

/** The first line of a drop-in that fixes share. */
const PURPOSE = "# Keeps what the image sets; written by cloud-init-lint.\n";

describe("somebody who can become root is left", () => {
  const rule = { "/etc/sudoers.d/10-team": "debian ALL=(ALL) PASSWD: ALL\n" };
  const sudoFix = (files: Files) => {
    const all = { "/etc/passwd": `${PASSWD}\n`, "/etc/shadow": shadow("*", "!"), ...rule, ...files };
    return findings("sudo-without-password", all).map((finding) => finding.proveFix()?.edits[0]?.content ?? null);
  };
  const OFFERED = [`${PURPOSE}system_info:\n  default_user:\n    sudo: null\n`];

  test("nobody: the default user's password is locked, root's too", () => expect(sudoFix({})).toEqual([null]));

  test.each<[string, Files]>([
    ["root has a password", { "/etc/shadow": shadow(HASH, "!") }],
    ["root has a key that sshd takes", { "/root/.ssh/authorized_keys": `${KEY}\n` }],
    [
      "an account has a password and a sudo rule",
      { "/etc/shadow": shadow("*", HASH), "/etc/sudoers.d/20-ann": "ann ALL=(ALL) ALL\n" },
    ],
    [
      "an account has a key and a sudo rule without a password, by a group",
      {
        "/home/ann/.ssh/authorized_keys": `${KEY}\n`,
        "/etc/group": "ops:x:1002:ann\n",
        "/etc/sudoers.d/20-ops": "%ops ALL=(ALL:ALL) NOPASSWD: ALL\n",
      },
    ],
    [
      "an account has a password and a sudo rule for the number of its group",
      {
        "/etc/shadow": shadow("*", HASH),
        "/etc/group": "ops:x:1002:ann\n",
        "/etc/sudoers.d/20-ops": "%#1002 ALL=(ALL) ALL\n",
      },
    ],
    [
      "an account has a password and a rule of doas",
      { "/etc/shadow": shadow("*", HASH), "/etc/doas.conf": "permit persist ann\n" },
    ],
  ])("%s", (_what, files) => expect(sudoFix(files)).toEqual(OFFERED));

  test.each<[string, Files]>([
    ["a sudo rule, but no password and no key", { "/etc/sudoers.d/20-ann": "ann ALL=(ALL) ALL\n" }],
    [
      "a key and a rule that asks for a password that there is not",
      { "/home/ann/.ssh/authorized_keys": `${KEY}\n`, "/etc/sudoers.d/20-ann": "ann ALL=(ALL) ALL\n" },
    ],
    ["a rule for one harmless command", { "/etc/sudoers.d/20-ann": "ann ALL=(ALL) NOPASSWD: /usr/bin/uptime\n" }],
    [
      "a key of root's that sshd refuses",
      {
        "/root/.ssh/authorized_keys": `${KEY}\n`,
        "/etc/ssh/sshd_config.d/10-root.conf": "PermitRootLogin no\n",
      },
    ],
    [
      "a key of an account that sshd does not let in",
      {
        "/home/ann/.ssh/authorized_keys": `${KEY}\n`,
        "/etc/sudoers.d/20-ann": "ann ALL=(ALL) NOPASSWD: ALL\n",
        "/etc/ssh/sshd_config.d/10-users.conf": "AllowUsers deb*\n",
      },
    ],
    [
      "an account that expires",
      {
        "/etc/shadow": shadow("*", HASH).replace(/:::\n$/, "::20454:\n"),
        "/etc/sudoers.d/20-ann": "ann ALL=(ALL) ALL\n",
      },
    ],
    ["an account that nobody can log in to", { "/etc/sudoers.d/20-ann": "ann ALL=(ALL) NOPASSWD: ALL\n" }],
    [
      "an account that the rule takes out",
      { "/etc/shadow": shadow("*", HASH), "/etc/sudoers.d/20-all": "ALL, !ann ALL=(ALL) ALL\n" },
    ],
    ["a password of an account without a shell", { "/etc/shadow": shadow("*", "!").replace("sshd:!", `sshd:${HASH}`) }],
  ])("not by %s", (_what, files) => expect(sudoFix(files)).toEqual([null]));

  test("before 22.3, where users_groups fails with null, the fix is false", () => {
    expect(sudoFix({ ...withVersion("20.4.1"), "/etc/shadow": shadow(HASH, "!") })).toEqual([
      `${PURPOSE}system_info:\n  default_user:\n    sudo: false\n`,
    ]);
  });
});

describe("no login is opened", () => {
  const users = { "/etc/passwd": `${PASSWD}\n` };

  test("a password that the boot locks stays locked", () => {
    const files = { ...users, "/etc/shadow": shadow("*", "!").replace("debian:!", `debian:${HASH}`) };
    expect(findings("password-locked", files).map((finding) => finding.proveFix())).toEqual([null]);
    expect(isOffered(files, "system_info: {default_user: {lock_passwd: false}}\n")).toBe(false);
    expect(isOffered(files, "locale: false\n")).toBe(true);
  });

  test.each([
    "PasswordAuthentication yes",
    "PermitRootLogin yes",
    "PermitEmptyPasswords yes",
    "Match User ann\n  PasswordAuthentication yes",
  ])("%s", (line) => {
    const { prove } = proving({ "/etc/ssh/sshd_config.d/50-team.conf": "PasswordAuthentication no\n" });
    expect(prove("/etc/ssh/sshd_config.d/00-x.conf", `${line}\n`)).toBeNull();
    expect(prove("/etc/ssh/sshd_config.d/00-x.conf", "PermitRootLogin no\n")).not.toBeNull();
  });

  test("passwords that cloud-init forbids are not allowed again, those that it allows are forbidden", () => {
    const fixOf = (image: string, wanted: boolean) =>
      findings("sshd-setting-overwritten", {
        "/etc/ssh/sshd_config.d/99-team.conf": `PasswordAuthentication ${image}\n`,
        [`${D}/20-team.cfg`]: `ssh_pwauth: ${wanted}\n`,
      }).map((finding) => finding.proveFix()?.edits[0]?.content ?? null);
    expect(fixOf("yes", false)).toEqual([null]);
    expect(fixOf("no", true)).toEqual(["ssh_pwauth: false\n"]);
  });

  test("keys of the launch for root", () => {
    expect(isOffered(users, "disable_root: false\n")).toBe(false);
    expect(isOffered(users, "disable_root: true\n")).toBe(true);
  });

  test("a user who may become root without a password", () => {
    const files = { ...users, "/etc/shadow": shadow("*", HASH), "/etc/sudoers.d/20-ann": "ann ALL=(ALL) ALL\n" };
    expect(
      isOffered(files, "users: [default, {name: ann, lock_passwd: false, sudo: 'ALL=(ALL) NOPASSWD:ALL'}]\n"),
    ).toBe(false);
  });

  test.each(["zz-100-site.cfg", null])("a file that is renamed may not do it either: %s", (name) => {
    const [site, base] = name === null ? [true, false] : [false, true];
    const [found] = findings("config-file-order", {
      [`${D}/99-base.cfg`]: `ssh_pwauth: ${base}\n`,
      [`${D}/100-site.cfg`]: `ssh_pwauth: ${site}\n`,
      "/etc/ssh/sshd_config.d/99-team.conf": "PasswordAuthentication no\n",
    });
    expect(found?.proveFix()?.edits[0]?.path.slice(D.length + 1) ?? null).toBe(name);
  });

  test("a misspelt key of the seed in the image", () => {
    const seed = "/var/lib/cloud/seed/nocloud";
    const fixOf = (line: string) =>
      findings("schema-key-unknown", {
        ...users,
        [`${seed}/meta-data`]: `instance-id: a\npublic-keys: ["${KEY}"]\n`,
        [`${seed}/user-data`]: `#cloud-config\n${line}\n`,
      }).map((finding) => finding.proveFix()?.edits[0]?.content ?? null);
    expect(fixOf("disable_rooot: false")).toEqual([null]);
    expect(fixOf("disable_rooot: true")).toEqual(["#cloud-config\ndisable_root: true\n"]);
    expect(fixOf(`users: [{name: bob, lock_paswd: false, passwd: ${HASH}}]`)).toEqual([null]);
  });

  test("the default user that a list of users left out", () => {
    const [found] = findingsAlone("config-list-replaced", { [`${D}/99-team.cfg`]: "users:\n  - name: ann\n" });
    expect(found?.severity).toBe("warning");
    expect(found?.proveFix()).toBeNull();
  });
});

describe("no host key is shared", () => {
  const key = "/etc/ssh/ssh_host_ed25519_key";

  test("ssh_deletekeys: false, where the image has a key", () => {
    expect(isOffered({ [key]: "made up\n" }, "ssh_deletekeys: false\n")).toBe(false);
    expect(isOffered({}, "ssh_deletekeys: false\n")).toBe(true);
    expect(
      findingsAlone("config-value-misread", { [key]: "x\n", [`${D}/9.cfg`]: 'ssh_deletekeys: "no"\n' })[0]?.proveFix(),
    ).toBeNull();
  });

  test.each(["ssh_keyz", "ssh_keys"])("%s in a file that is not read yet", (name) => {
    const text = `${name}:\n  ed25519_private: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    made up\n`;
    const [path, rule] =
      name === "ssh_keys" ? [`${D}/20.yaml`, "config-file-not-read"] : [`${D}/20.cfg`, "schema-key-unknown"];
    expect(findings(rule, { [path]: text }).map((finding) => finding.proveFix())).toEqual([null]);
  });

  test("nor is a machine id", () => {
    const fixOf = (path: string) => {
      const file = `{path: ${path}, content: ${"00ff".repeat(8)}}`;
      return findings("config-file-not-read", { [`${D}/20.yaml`]: `write_files: [${file}]\n` })[0]?.proveFix();
    };
    expect(fixOf("/etc/machine-id")).toBeNull();
    expect(fixOf("/etc/other-id")).not.toBeNull();
  });

  test("a host certificate", () => {
    const files = {
      [key]: "made up\n",
      [`${key}-cert.pub`]:
        "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t builder\n",
      "/etc/ssh/sshd_config.d/10-ca.conf": `HostCertificate ${key}-cert.pub\n`,
    };
    expect(findings("ssh-host-keys-replaced", files).map((finding) => finding.proveFix())).toEqual([null]);
  });
});

describe("no new finding", () => {
  const finding = (severity: Finding["severity"], more: Partial<Finding> = {}): Finding => ({
    rule: "x",
    severity,
    confidence: "certain",
    message: "x",
    service: null,
    module: null,
    losses: [],
    cause: { path: "/etc/x", line: 1, column: 1 },
    evidence: "",
    proveFix: () => null,
    ...more,
  });

  test.each([
    ["error", false],
    ["warning", false],
    ["info", true],
  ] as const)("of severity %s: offered %s", (severity, offered) => {
    const { prove } = proving({}, () => [finding(severity)]);
    expect(prove(`${D}/99-x.cfg`, "locale: false\n") !== null).toBe(offered);
  });

  test("not in what an earlier boot left, which cloud-init does not read as text", () => {
    const { prove } = proving({});
    expect(prove("/var/lib/cloud/instances/i-1/user-data.txt", "#cloud-config\n")).toBeNull();
    expect(prove("/var/lib/cloud/seed/nocloud/user-data", "#cloud-config\n")).not.toBeNull();
  });

  test("otherwise the fix says what it costs, unless that is access", () => {
    const found = (more: Partial<Finding>) => [
      finding("warning", { message: "One thing is lost. And more.", ...more }),
    ];
    const costOf = (more: Partial<Finding>) => proving({}, () => found(more)).fixOf(`${D}/99-x.cfg`, "locale: false\n");
    expect(costOf({})).toMatchObject({ safe: false, why: "It causes another warning (x): One thing is lost." });
    expect(costOf({ rule: "sudo-without-password" })).toBeNull();
    expect(costOf({ rule: "nobody-can-log-in" })).toBeNull();
    const fails = proving({}).fixOf(`${D}/99-x.cfg`, "timezone: Etc/Nowhere\n");
    expect(fails).toMatchObject({ safe: false, why: "The module timezone fails with it." });
  });

  test("however mild, where it is about what the fix says", () => {
    const cause = { path: `${D}/99-x.cfg`, line: 1, column: 1 };
    const { prove } = proving({}, () => [finding("info", { rule: "schema-key-deprecated", cause })]);
    expect(prove(`${D}/99-x.cfg`, "locale: false\n")).toBeNull();
  });

  const small = memoryImage({ "/etc/cloud/cloud.cfg": "system_info: {distro: debian}\n" });

  test("a fix is booted and linted once, however many settings it is to keep", () => {
    const { prove, counted } = proving(small);
    for (let i = 0; i < 50; i++) expect(prove(`${D}/99-x.cfg`, "manage_etc_hosts: false\n")).not.toBeNull();
    expect(counted.lints).toBe(1);
  });

  test.runIf(whole)("of so many fixes only the first are tried", () => {
    const { prove, counted } = proving(small);
    const proven = Array.from({ length: 70 }, (_, i) => prove(`${D}/99-${i}.cfg`, "locale: false\n"));
    expect(proven.filter((fix) => fix !== null)).toHaveLength(60);
    expect(counted.lints).toBe(60);
  });

  test("the network is not left to a file that names the builder", () => {
    const image = {
      "/etc/network/interfaces": "source /etc/network/interfaces.d/*\nauto eth0\niface eth0 inet static\n",
    };
    const left = {
      "/etc/network/interfaces.d/50-cloud-init": "auto eth1\niface eth1 inet static\n  address 192.0.2.9/24\n",
    };
    const fixOf = (files: Files) =>
      findingsAmongAll("network-configuration-joined", files).map((finding) => {
        const fix = finding.proveFix();
        return `${fix?.safe}: ${fix?.edits[0]?.content}`;
      });
    expect(fixOf(image)).toEqual([`true: ${PURPOSE}network:\n  config: disabled\n`]);
    expect(fixOf({ ...image, ...left })).toEqual([`false: ${PURPOSE}network:\n  config: disabled\n`]);
  });
});

describe("where a fix goes", () => {
  const LOST = { "/etc/hosts": "127.0.0.1 localhost\n10.0.0.5 registry.internal\n" };
  /** The safe fix for a host name that the first boot replaces, whose cause is not the key that keeps it. */
  const inDropIn = (files: Files) => {
    const all = { "/etc/hostname": "builder\n", [`${D}/20.cfg`]: "hostname: node\n", ...files };
    const fix = findings("hostname-reset", all)[0]?.proveFix();
    const edit = fix?.safe ? fix.edits[0] : undefined;
    return edit && { ...edit, path: edit.path.slice(D.length + 1) };
  };
  const OFF = "preserve_hostname: false\n";

  test("one drop-in, whose name sorts last only where it would not win", () => {
    const pathOf = (files: Files) => inDropIn(files)?.path;
    expect(pathOf({})).toBe("99-cloud-init-lint.cfg");
    expect(pathOf({ [`${D}/zz-last.cfg`]: "locale: C\n" })).toBe("99-cloud-init-lint.cfg");
    expect(pathOf({ [`${D}/99-keep-sshd-setting-overwritten.cfg`]: "ssh_pwauth: no\n" })).toBe(
      "99-cloud-init-lint.cfg",
    );
    expect(pathOf({ [`${D}/99-keep.cfg`]: OFF })).toBe("zz-cloud-init-lint.cfg");
    expect(pathOf({ [`${D}/100-site.cfg`]: OFF })).toBe("zz-cloud-init-lint.cfg");
    expect(pathOf({ [`${D}/zz-last.cfg`]: OFF })).toBe("zzzz-cloud-init-lint.cfg");
    // Nothing sorts after it.
    expect(pathOf({ [`${D}/zzzzz.cfg`]: OFF })).toBeUndefined();
  });

  test("what stands in the drop-in stays", () => {
    const own = "# Mine.\nlocale: C # here\n";
    expect(inDropIn({ [`${D}/99-cloud-init-lint.cfg`]: own })).toEqual({
      path: "99-cloud-init-lint.cfg",
      content: `${own}# Every instance then has the host name of the image.\npreserve_hostname: true\n`,
      config: "# Every instance then has the host name of the image.\npreserve_hostname: true\n",
    });
    expect(inDropIn({ [`${D}/zz-cloud-init-lint.cfg`]: own })?.path).toBe("zz-cloud-init-lint.cfg");
    // A file that cannot be edited, or that would be written elsewhere.
    expect(inDropIn({ [`${D}/99-cloud-init-lint.cfg`]: "- a list\n" })?.path).toBe("zz-cloud-init-lint.cfg");
    expect(inDropIn({ [`${D}/99-cloud-init-lint.cfg`]: "-> /etc/elsewhere\n" })?.path).toBe("zz-cloud-init-lint.cfg");
  });

  test("nowhere, if there is no directory for it", () => {
    const image = (files: Files) =>
      memoryImage({ "/etc/cloud/cloud.cfg": "hostname: node\n", "/etc/hostname": "builder\n", ...files });
    const fixOf = (files: Files) => {
      const base = boot(image(files), { distro: detectDistro(image(files)) }).base;
      return inSharedDropIn(image(files), base, "locale: false\n")?.path;
    };
    expect(fixOf({})).toBe(`${D}/99-cloud-init-lint.cfg`);
    expect(fixOf({ [D]: "a file\n" })).toBeUndefined();
    expect(fixOf({ "/etc/cloud/cloud.cfg": "conf_d: ''\n" })).toBeUndefined();
    expect(fixOf({ "/etc/cloud/cloud.cfg": "conf_d: /etc/my.d\n", "/etc/my.d/1.cfg": "locale: C\n" })).toBe(
      "/etc/my.d/99-cloud-init-lint.cfg",
    );
  });

  test.each([
    [
      "# why\nmanage_etc_hosts: true # since 2019\nlocale: C\n",
      "# why\nmanage_etc_hosts: false # since 2019\nlocale: C\n",
    ],
    ["locale: C\r\nmanage_etc_hosts: Yes\r\n", "locale: C\r\nmanage_etc_hosts: No\r\n"],
    ['{ "locale": C, "manage_etc_hosts": "template" }', '{ "locale": C, "manage_etc_hosts": false }'],
    ["manage_etc_hosts: false\nmanage_etc_hosts: true\n", "manage_etc_hosts: false\nmanage_etc_hosts: false\n"],
    ["manage_etc_hosts:\n  template\n# end\n", "manage_etc_hosts: false\n# end\n"],
    ["manage_etc_hosts: !!str true\n", "manage_etc_hosts: false\n"],
    [`manage_etc_hosts: true\nbootcmd:\n${"  - echo a long line of the file\n".repeat(150)}`, undefined],
  ])("on the blamed line, case %#", (text, wanted) => {
    const path = `${D}/20-team.cfg`;
    const fix = findings("hosts-file-replaced", { ...LOST, [path]: text })[0]?.proveFix();
    expect(fix).toEqual({
      safe: true,
      why: null,
      edits: [{ path, content: wanted ?? text.replace("true", "false") }],
    });
  });

  test("in the drop-in instead of the interfaces of a network that the user wrote", () => {
    const path = `${D}/20-team.cfg`;
    const text = "network:\n  version: 1\n  config:\n    # ours\n    - {type: physical, name: eth0}\n";
    const origin = { path, line: 1, column: 1 };
    const fragment = "network:\n  config: disabled\n";
    expect(setOnLine(text, origin, fragment, false)).toBeUndefined();
    expect(setOnLine("network: {config: x, version: 1}\n", origin, fragment, false)).toBe(
      "network: {config: disabled, version: 1}\n",
    );
  });

  test.each([
    ["a template", "## template: jinja\nmanage_etc_hosts: true\n"],
    ["a value that others share", "manage_etc_hosts: &on true\npackage_update: *on\n"],
  ])("in the drop-in instead of %s", (_what, text) => {
    const path = `${D}/20-team.cfg`;
    expect(findings("hosts-file-replaced", { ...LOST, [path]: text })[0]?.proveFix()?.edits[0]?.path).toBe(
      `${D}/99-cloud-init-lint.cfg`,
    );
  });

  test("on a line below the top of a file, in a mapping of its own, or in an entry of a list", () => {
    const shadowed = {
      "/etc/passwd": `${PASSWD}\n`,
      "/etc/shadow": shadow(HASH, "!"),
      "/etc/sudoers.d/10-team": "debian ALL=(ALL) PASSWD: ALL\nann ALL=(ALL) PASSWD: ALL\n",
    };
    const fixOf = (text: string) =>
      findings("sudo-without-password", { ...shadowed, [`${D}/20.cfg`]: text })[0]?.proveFix()?.edits[0]?.content;
    expect(
      fixOf(
        "system_info:\n    default_user:\n        sudo:\n        - ALL=(ALL) NOPASSWD:ALL\n        # a comment\n        shell: /bin/sh\n",
      ),
    ).toBe("system_info:\n    default_user:\n        sudo: null\n        # a comment\n        shell: /bin/sh\n");
    expect(fixOf("users:\n- {name: ann, sudo: 'ALL=(ALL) NOPASSWD:ALL'} # ours\n- name: bob\n")).toBe(
      "users:\n- {name: ann, sudo: null} # ours\n- name: bob\n",
    );
  });

  test("through a link of the image", () => {
    const files = { ...LOST, [`${D}/20.cfg`]: "-> /opt/team.cfg\n", "/opt/team.cfg": "manage_etc_hosts: true\n" };
    expect(findings("hosts-file-replaced", files)[0]?.proveFix()?.edits).toEqual([
      { path: `${D}/20.cfg`, content: "manage_etc_hosts: false\n" },
    ]);
  });

  test.each([
    ["in the user-data of the launch, which is not safe", "/tmp/user-data.yaml", false],
    ["in a seed of the image", "/var/lib/cloud/seed/nocloud/user-data", true],
  ])("%s", (_what, path, safe) => {
    const text = "#cloud-config\nmanage_etc_hosts: true\n";
    const seed = path.startsWith("/var/")
      ? { [path]: text, "/var/lib/cloud/seed/nocloud/meta-data": "instance-id: a\n" }
      : {};
    const image = exampleImage({ ...LOST, ...seed });
    const cloud = path.startsWith("/var/")
      ? {}
      : { cloud: { ...UNKNOWN_CLOUD, userData: { path, bytes: Buffer.from(text) } } };
    const found = lint(image, { distro: detectDistro(image), rules: catalogue, ...cloud }).findings;
    expect(found.find(({ rule }) => rule === "hosts-file-replaced")?.proveFix()).toEqual({
      safe,
      why: safe ? null : `It changes what ${path} asks for.`,
      edits: [{ path, content: "#cloud-config\nmanage_etc_hosts: false\n" }],
    });
  });

  test("taken over one after another, all fixes of an image hold together, and the next run has none", () => {
    const files: Record<string, string> = {
      ...LOST,
      "/etc/hostname": "builder\n",
      [`${D}/20-team.cfg`]: "hostname: node\nmanage_etc_hosts: true\nntp: {}\nssh_pwauth: true\n",
      "/etc/ssh/sshd_config.d/99-team.conf": "PasswordAuthentication no\n",
      "/etc/chrony/chrony.conf": "server ntp1.internal iburst\n",
    };
    for (let more = true; more; ) {
      const image = exampleImage(files);
      const found = lint(image, { distro: detectDistro(image), rules: catalogue }).findings;
      const fix = found
        .filter(({ severity }) => severity !== "info")
        .find((one) => one.proveFix()?.safe)
        ?.proveFix();
      more = fix != null;
      for (const { path, content } of fix?.edits ?? []) {
        expect(files[path]).not.toBe(content);
        files[path] = content;
      }
    }
    expect(files[`${D}/20-team.cfg`]).toBe(
      "hostname: node\nmanage_etc_hosts: false\nntp: {enabled: false}\nssh_pwauth: false\n",
    );
    expect(Object.keys(files).filter((path) => path.startsWith(D))).toEqual([`${D}/20-team.cfg`]);
  });
});

test("a fix names the key of today", () => {
  const fixOf = (config: string, version = "25.1.4") =>
    findings("packages-upgraded-at-launch", { ...withVersion(version), [`${D}/20.cfg`]: config })[0]?.proveFix()
      ?.edits[0]?.content;
  expect(fixOf("package_upgrade: true\n")).toBe("package_upgrade: false\n");
  expect(fixOf("# ours\napt_upgrade: true\n")).toBe("# ours\npackage_upgrade: false\n");
  expect(fixOf("apt_upgrade: true\n", "20.4")).toBe("package_upgrade: false\n");
});

describe("a misspelt key is taken for one that is read", () => {
  const meant = (misspelt: string, files: Files, image = "debian-12") =>
    findings("schema-key-unknown", { ...files, [`${D}/20.cfg`]: misspelt }, { image }).map(
      ({ message }) => /did you mean "(.*)"/.exec(message)?.[1],
    );

  test("by this version", () => {
    const doas = "system_info: {default_user: {name: debian, doass: [permit nopass debian]}}\n";
    expect(meant(doas, withVersion("22.4"))).toEqual([undefined]);
    expect(meant(doas, withVersion("23.3"))).toEqual(["doas"]);
  });

  test("on this distribution, and no other key is named in its place", () => {
    expect(meant("yum_repoz: {}\n", {})).toEqual([undefined]);
    expect(meant("yum_repoz: {}\n", {}, "rocky-9")).toEqual(["yum_repos"]);
    expect(meant("snaps: {}\n", {})).toEqual([undefined]);
    expect(meant("snaps: {}\n", {}, "ubuntu-24.04")).toEqual(["snap"]);
  });
});

test("what a fix keeps for every instance is said in it, and in the message", () => {
  const [found] = findings("hostname-reset", { "/etc/hostname": "builder\n", [`${D}/20.cfg`]: "hostname: node\n" });
  expect(found?.message).toContain("gives every instance this one name");
  expect(found?.proveFix()?.edits[0]?.content).toBe(
    `${PURPOSE}# Every instance then has the host name of the image.\npreserve_hostname: true\n`,
  );
});

test("no document recommends what harms", () => {
  const fix = (rule: string) => documented(ruleNamed(rule)!).fix;
  expect(fix("password-locked")).not.toMatch(/`lock-passwd` is not read/);
  expect(fix("unit-ordered-after-renamed-service")).toMatch(/Do not name `cloud-init.target`/);
  for (const name of ["ssh-host-keys-replaced", "password-locked", "authorized-key-restricted"]) {
    expect(catalogue.find(({ id }) => id === name)?.parameters.keep).toBeUndefined();
    expect(readFileSync(`rules/${name}.md`, "utf8")).toMatch(/not offered as a fix|No fix is offered/);
  }
});
