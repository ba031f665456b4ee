import { describe, expect, test } from "vitest";
import { D, findings, withVersion } from "./findings.ts";

const list = (text: string, name = "cloud_final_modules") => ({ [`${D}/20.cfg`]: `# ours\n${name}:\n${text}` });

describe("modules that there are not", () => {
  test("the fix writes the name that is near, and nothing else", () => {
    const [found] = findings("module-unknown", list("  - [scripts_users, always] # each boot\n  - phone_home\n"));
    expect(found?.proveFix()).toEqual({
      path: `${D}/20.cfg`,
      content: "# ours\ncloud_final_modules:\n  - [scripts_user, always] # each boot\n  - phone_home\n",
    });
  });

  test("a module of the image's own is one", () => {
    const own = { "/usr/lib/python3/dist-packages/cloudinit/config/cc_vyos.py": "def handle(): pass\n" };
    expect(findings("module-unknown", { ...list("  - vyos\n") })).toHaveLength(1);
    const library = { "/usr/lib/python3/dist-packages/cloudinit/version.py": '__VERSION__ = "22.4.2"\n' };
    expect(findings("module-unknown", { ...list("  - vyos\n"), ...own, ...library })).toEqual([]);
  });

  test("a module of the vendor's is one, on its own images", () => {
    const names = list("  - yum-configure\n  - write-metadata\n  - amazonlinux_repo_https\n", "cloud_config_modules");
    expect(findings("module-unknown", names, { image: "amazon-linux-2" })).toEqual([]);
    expect(findings("module-unknown", names, { image: "rocky-9" })).toHaveLength(3);
    // Where the image has the code, that tells.
    const code = { "/usr/lib/python3.7/site-packages/cloudinit/config/cc_ssh.py": "" };
    expect(findings("module-unknown", { ...names, ...code }, { image: "amazon-linux-2" })).toHaveLength(3);
  });

  test.each(["rocky-9", "amazon-linux-2023", "arch"])("on %s no module of another distribution is offered", (image) => {
    const names = "  - apt-configur\n  - yum-configure\n  - zypper_add_rep\n  - ubuntu_drivrs\n";
    const found = findings("module-unknown", list(names), { image });
    expect(found.map((finding) => [finding.message.includes("Did you mean"), finding.proveFix()])).toEqual(
      Array(4).fill([false, null]),
    );
  });

  test("a module of another version is information", () => {
    const [found] = findings("module-unknown", list("  - ansible\n") && { ...list("  - raspberry_pi\n") });
    expect(found?.severity).toBe("info");
    expect(found?.proveFix()).toBeNull();
    expect(found?.message).toContain("(added in ");
  });
});

describe("modules that run twice", () => {
  const twice = (text: string) => findings("module-listed-twice", list(text)).length;

  // As the real Modules of 20.4, 22.4, 25.1 and 26.2 run them.
  test.each([
    ["  - scripts_user\n  - cc_scripts_user\n", 1],
    ["  - scripts_user\n  - scripts_user.py\n", 1],
    ["  - scripts_user\n  - scripts-user\n", 0],
    ["  - [scripts_user, always]\n  - scripts_user\n", 1],
    ["  - [scripts_user, once]\n  - scripts_user\n", 1],
    ["  - final_message\n  - final_message\n", 1],
    ["  - puppet\n  - cc_puppet\n", 0],
  ])("%j: %i", (text, count) => expect(twice(text)).toBe(count));
});

describe("frequencies", () => {
  test.each([
    ["every-boot", "always"],
    ["per-instance", "once-per-instance"],
    ["allways", "always"],
    ["per_once", "once"],
  ])("%s means %s", (written, meant) => {
    const [found] = findings("module-frequency-unknown", list(`  - [scripts_user, ${written}]\n`));
    expect(found?.proveFix()?.content).toBe(`# ours\ncloud_final_modules:\n  - [scripts_user, ${meant}]\n`);
    expect(found?.message).toContain("scripts_user keeps its default, once-per-instance");
  });

  test("one that nothing is near to gives no fix", () => {
    expect(
      findings("module-frequency-unknown", list("  - [scripts_user, whenever-it-suits]\n"))[0]?.proveFix(),
    ).toBeNull();
  });
});

describe("lists over which a stage stops", () => {
  test.each(["1", "[1]", "[scripts_user, 1]", "{name: 3}", "true"])("%s", (entry) => {
    const found = findings("module-list-fails", list(`  - scripts_user\n  - ${entry}\n`));
    expect(found.map(({ cause }) => cause?.line)).toEqual([4]);
  });

  test.each(["", "[]", "{args: [1]}", "''"])("%j is passed over", (entry) => {
    expect(findings("module-list-fails", list(`  - scripts_user\n  - ${entry}\n`))).toEqual([]);
  });
});

describe("modules for other distributions", () => {
  const key = "yum_repos: {a: {baseurl: x}}\n";

  test("the spelling in unverified_modules is corrected", () => {
    const files = {
      [`${D}/20.cfg`]: `${key}unverified_modules: [yum_add_repo]\ncloud_config_modules: [yum-add-repo]\n`,
    };
    const [found] = findings("module-not-for-distro", files);
    expect(found?.severity).toBe("warning");
    expect(found?.proveFix()?.content).toContain("unverified_modules: [yum-add-repo]\n");
  });

  test("one that runs by another entry is not told of", () => {
    const files = {
      [`${D}/20.cfg`]: `${key}unverified_modules: [yum_add_repo]\ncloud_config_modules: [yum-add-repo, yum_add_repo]\n`,
    };
    expect(findings("module-not-for-distro", files)).toEqual([]);
  });

  test("without unverified_modules it is information", () => {
    const found = findings("module-not-for-distro", {
      [`${D}/20.cfg`]: `${key}cloud_config_modules: [yum_add_repo]\n`,
    });
    expect(found.map(({ severity }) => severity)).toEqual(["info"]);
  });
});

describe("the host name before the modules", () => {
  const files = list("  - ssh\n", "cloud_init_modules");

  test("preserve_hostname is the fix", () =>
    expect(findings("hostname-set-before-modules", files)[0]?.proveFix()?.content).toMatch(
      /^# Every instance .*\npreserve_hostname: true\n$/,
    ));

  test("the stock list has set_hostname", () =>
    expect(findings("hostname-set-before-modules", list("  - phone_home\n"))).toEqual([]));
});

describe("keys without a module", () => {
  const told = (text: string) =>
    findings("config-key-without-module", {
      [`${D}/20.cfg`]: `cloud_config_modules: [locale]\ncloud_init_modules: [ssh]\n${text}`,
    }).map(({ severity }) => severity);

  test.each([
    ["timezone: Europe/Berlin\n", ["warning"]],
    ["apt: {preserve_sources_list: true}\n", ["info"]],
    ["apt: {preserve_sources_list: false}\n", ["warning"]],
    ["apt: {preserve_sources_list: true, proxy: x}\n", ["warning"]],
    ["growpart: {mode: 'off'}\n", ["info"]],
    ["manage_etc_hosts: false\n", ["info"]],
    ["runcmd: []\n", ["info"]],
    ["locale: C\n", []],
  ])("%j: %j", (text, severities) => expect(told(text)).toEqual(severities));
});

test("a key that a later version brought", () => {
  const files = { [`${D}/20.cfg`]: "ubuntu_pro: {token: x}\n" };
  expect(findings("config-key-of-other-version", files)).toHaveLength(1);
  expect(findings("config-key-of-other-version", { ...files, ...withVersion("25.1") })).toEqual([]);
});
