import { describe, expect, test } from "vitest";
import { oneOf } from "../../../samples.ts";
import { D, findings, findingsAlone, withVersion } from "./findings.ts";

describe("values that mean something else", () => {
  const corrected = (text: string) => {
    const [found] = findingsAlone("config-value-misread", { [`${D}/20.cfg`]: text });
    return found === undefined ? undefined : found.proveFix()?.edits[0]?.content;
  };

  test.each([
    ['a: "x" # ä\r\nssh_deletekeys: "false" # no\r\n', 'a: "x" # ä\r\nssh_deletekeys: false # no\r\n'],
    ["ssh_deletekeys: 'no'\n", "ssh_deletekeys: false\n"],
    ["locale: null\n", "locale: false\n"],
    ["disable_root: ~\n", "disable_root: true\n"],
    ["growpart:\n  mode: null\n", "growpart:\n  mode: off\n"],
    ["users:\n- name: a\n  lock_passwd: 'no'\n", "users:\n- name: a\n  lock_passwd: false\n"],
    ["users: {a: {sudo: 'false'}}\n", "users: {a: {sudo: null}}\n"],
    ["system_info: {default_user: {lock_passwd: 'no'}}\n", "system_info: {default_user: {lock_passwd: false}}\n"],
  ])("%j becomes %j", (text, fixed) => expect(corrected(text)).toBe(fixed));

  test.each(["ssh_deletekeys: no\n", "locale: C\n", "disable_root: 'false'\n", "vendor_data: {enabled: 'no'}\n"])(
    "%j is read as it says",
    (text) => expect(findingsAlone("config-value-misread", { [`${D}/20.cfg`]: text })).toEqual([]),
  );

  test.each(["ssh_genkeytypes: null\n", "locale:\n", "vendor_data: false\n", "apt: {preserve_sources_list: null}\n"])(
    "%j: nothing is plainly meant or to be replaced, so that there is no fix",
    (text) => {
      const found = findingsAlone("config-value-misread", { [`${D}/20.cfg`]: text });
      expect(found.map((finding) => finding.proveFix())).toEqual([null]);
    },
  );
});

describe("a network that is to be left alone", () => {
  test.each(["disabled", "null", "{}", "{config: off}", "{config: Disabled}", "{enabled: false}", "{disabled: true}"])(
    "network: %s",
    (value) => {
      const [found] = findings("network-not-disabled", { [`${D}/20.cfg`]: `network: ${value}\n` });
      expect(found?.proveFix()?.edits[0]?.content).toBe("network: {config: disabled}\n");
    },
  );

  test.each([
    "{config: disabled}",
    "{version: 2, renderer: networkd}",
    "{config: [{type: physical, name: eth0}], version: 1}",
  ])("network: %s is what it says", (value) =>
    expect(findings("network-not-disabled", { [`${D}/20.cfg`]: `network: ${value}\n` })).toEqual([]),
  );
});

describe("the default user", () => {
  const told = (text: string) =>
    findings("default-user-not-made", { [`${D}/20.cfg`]: text }).map(({ severity }) => severity);
  const user = "system_info: {default_user: {name: admin}}\n";

  test.each([
    [`users: [a]\n${user}`, ["warning"]],
    [`users: [a]\ndisable_root: false\n${user}`, ["info"]],
    ["users: [a]\n", ["info"]],
    ["users: []\n", ["info"]],
    [`users: {}\n${user}`, ["warning"]],
    [`users: [a, default]\n${user}`, []],
    [`users: [{shell: /bin/sh}]\n${user}`, []],
    [`users: a,default\n${user}`, []],
    [`users: [a]\nuser: b\n${user}`, []],
    [user, []],
  ])("%j: %j", (text, severities) => expect(told(text)).toEqual(severities));
});

describe("who gets the log", () => {
  const told = (text: string) =>
    findings("log-owner-missing", { [`${D}/20.cfg`]: `syslog_fix_perms: ${text}\n` }).length;

  test.each([
    ["nobodyhere:adm", 1],
    ["root:nogrouphere", 1],
    ["root:root", 0],
    ["root", 0],
    ["[nobodyhere:adm, 'root:root']", 0],
    ["null", 0],
  ])("%s: %i", (text, count) => expect(told(text)).toBe(count));
});

describe("repositories of yum that are there already", () => {
  const config =
    "system_info: {distro: rocky}\nyum_repos: {Team-A: {baseurl: x}}\ncloud_config_modules: [yum_add_repo]\n";
  const told = (repo: string, text = config) =>
    findings("yum-repository-kept", { [`${D}/20.cfg`]: text, [repo]: "[a]\n" }).length;

  test("the file is named after the entry", () => {
    expect(told("/etc/yum.repos.d/Team-A.repo")).toBe(1);
    expect(told("/etc/yum.repos.d/team_a.repo")).toBe(0);
  });

  test("in the directory that is configured", () =>
    expect(told("/etc/team.d/Team-A.repo", `yum_repo_dir: /etc/team.d/\n${config}`)).toBe(1));

  test("where the module does not run, another rule tells", () =>
    expect(told("/etc/yum.repos.d/Team-A.repo", config.replace("rocky", "debian"))).toBe(0));
});

describe("host keys that nobody makes", () => {
  const dropIn = "/etc/systemd/system/sshd-keygen@.service.d/disable-sshd-keygen-if-cloud-init-active.conf";
  const files = {
    [`${D}/20.cfg`]: "cloud_init_modules: [users_groups]\n",
    "/etc/ssh/sshd_config": "PermitRootLogin no\n",
    [dropIn]: "[Unit]\nConditionPathExists=!/run/cloud-init/enabled\n",
  };

  test("the module is off, and systemd's service too", () => {
    const [found] = findings("ssh-host-keys-missing", files);
    expect(found?.message).toContain("does not run");
    expect(found?.cause?.path).toBe(`${D}/20.cfg`);
  });

  test("not where the image has a key, or the service runs", () => {
    const key = { "/etc/ssh/ssh_host_ed25519_key": "x\n" };
    expect(findings("ssh-host-keys-missing", { ...files, ...key })).toEqual([]);
    const { [dropIn]: _, ...without } = files;
    expect(findings("ssh-host-keys-missing", without)).toEqual([]);
  });
});

describe("no types of host keys, as stock files of the Red Hat family have it", () => {
  const none = { [`${D}/20.cfg`]: "ssh_genkeytypes: ~\n" };
  const told = (image: string, files = {}) =>
    ["ssh-host-keys-missing", "config-value-misread", "schema-value-invalid"].flatMap((rule) =>
      findings(rule, { ...none, ...files }, { image }).map(({ severity }) => `${severity} ${rule}`),
    );

  test.each(["amazon-linux-2", "centos-7", "rhel-8", "alpine-3.21", "arch"])("%s: sshd makes them", (image) =>
    expect(told(image)).toEqual([]),
  );

  test.each(["rocky-9", "fedora-42", "amazon-linux-2023", "debian-12"])("%s: nobody makes them", (image) =>
    expect(told(image)).toEqual(["error ssh-host-keys-missing"]),
  );

  test("a partial tree without units: the version tells", () => {
    const library = (version: string) => ({
      "/usr/local/lib/python3.9/site-packages/cloudinit/version.py": `__VERSION__ = "${version}"\n`,
    });
    const files = {
      "/etc/os-release": "ID=photon\n",
      "/etc/cloud/cloud.cfg": "cloud_init_modules: [ssh]\nsystem_info: {distro: rhel}\n",
    };
    const of = (version: string) =>
      findings("ssh-host-keys-missing", { ...none, ...files, ...library(version) }, { image: "photon-5" }).length;
    expect([of("21.1"), of("21.4")]).toEqual([0, 1]);
  });
});

test.each(
  oneOf(7, ["rocky-9", "ubuntu-24.04", "amazon-linux-2", "alpine-3.21", "photon-5", "opensuse-leap-15.6", "arch"]),
)("the configuration of %s gives nothing but notes even where it counts as somebody's own", (image) => {
  const rules = ["config-key-without-module", "module-unknown", "module-listed-twice", "hostname-set-before-modules"];
  for (const rule of [...rules, "config-value-misread", "config-list-replaced", "default-user-not-made"]) {
    const found = findings(rule, {}, { image, protect: ["/etc/cloud/**"] });
    expect(found.filter(({ severity }) => severity !== "info")).toEqual([]);
  }
});

describe("keys that only one distribution's package reads", () => {
  const told = (image: string) =>
    findings("config-key-of-other-version", { [`${D}/20.cfg`]: "repo_upgrade: none\n" }, { image }).map(
      ({ message }) => message,
    );

  test("are told of elsewhere", () =>
    expect(told("debian-12")).toEqual([
      "repo_upgrade has no effect: cloud-init 22.4.2 does not read it; only the cloud-init package of amazon does.",
    ]));

  test("and are known there", () => expect(told("amazon-linux-2")).toEqual([]));
});

test.each([
  ["After", "systemd ignores the order or dependency"],
  ["Requires", "the unit cannot start"],
])("%s= of the unit's old name: the message names the new one, and no target", (option, effect) => {
  const [found] = findings("unit-ordered-after-renamed-service", {
    ...withVersion("25.1.4"),
    "/etc/systemd/system/app.service": `[Unit]\n${option}=cloud-init.service\n`,
  });
  expect(found?.message).toContain(`${effect}. Write cloud-init-network.service,`);
  expect(found?.message).not.toContain("cloud-init.target");
});
