import { describe, expect, test } from "vitest";
import { D, findings, findingsAlone, withVersion } from "./findings.ts";

const list = (text: string, name = "cloud_final_modules") => ({ [`${D}/20.cfg`]: `# ours\n${name}:\n${text}` });

describe("modules that there are not", () => {
  test("the fix writes the name that is near, and nothing else", () => {
    const [found] = findings("module-unknown", list("  - [scripts_users, always] # each boot\n  - phone_home\n"));
    expect(found?.proveFix()?.edits).toEqual([
      {
        path: `${D}/20.cfg`,
        content: "# ours\ncloud_final_modules:\n  - [scripts_user, always] # each boot\n  - phone_home\n",
      },
    ]);
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
    const later = list("  - write-metadata\n  - selinux\n  - yum-variables\n", "cloud_config_modules");
    expect(findings("module-unknown", later, { image: "amazon-linux-2023" })).toEqual([]);
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
    expect(found?.proveFix()?.edits[0]?.content).toBe(`# ours\ncloud_final_modules:\n  - [scripts_user, ${meant}]\n`);
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
    expect(found?.proveFix()?.edits[0]?.content).toContain("unverified_modules: [yum-add-repo]\n");
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
    expect(findingsAlone("hostname-set-before-modules", files)[0]?.proveFix()?.edits[0]?.content).toMatch(
      /^# Keeps .*\n# Every instance .*\npreserve_hostname: true\n$/,
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
    ["timezone: Europe/Berlin\n", ["error"]],
    ["apt: {preserve_sources_list: true}\n", ["info"]],
    ["apt: {preserve_sources_list: false}\n", ["error"]],
    ["apt: {preserve_sources_list: true, proxy: x}\n", ["error"]],
    ["growpart: {mode: 'off'}\n", ["info"]],
    ["manage_etc_hosts: false\n", ["info"]],
    ["runcmd: []\n", ["info"]],
    ["locale: C\n", []],
  ])("%j: %j", (text, severities) => expect(told(text)).toEqual(severities));
});

describe("lists without what every instance needs", () => {
  const cfg = `${D}/20.cfg`;
  const told = (files: Readonly<Record<string, string>>, image = "debian-12") =>
    findings("module-list-incomplete", files, { image }).map(({ severity, cause, message }) => ({
      severity,
      line: cause?.line,
      lacks: / lacks (.*), which no other list contains/.exec(message)?.[1],
    }));

  test.each([
    ["cloud_init_modules: [set_hostname]\n", "users_groups, ssh and write_files"],
    ["cloud_init_modules:\n- [users-groups, always]\n- cc_ssh\n", "write_files"],
    ["cloud_config_modules: [locale, runcmd]\n", "set_passwords"],
    ["cloud_final_modules: [scripts-per-boot]\n", "scripts_user"],
  ])("%j", (text, lacks) =>
    expect(told({ [cfg]: `# ours\n${text}` })).toEqual([{ severity: "warning", line: 2, lacks }]),
  );

  test.each(["rocky-9", "ubuntu-24.04", "alpine-3.21"])("on %s", (image) => {
    const [found] = told({ [cfg]: "cloud_init_modules: [bootcmd, users_groups]\n" }, image);
    expect(found?.lacks).toContain("ssh");
  });

  test("the file that has the last word is to blame, and no other rule reports it", () => {
    const files = {
      [cfg]: "cloud_final_modules: [scripts-user]\n",
      [`${D}/30.cfg`]: "cloud_final_modules: [puppet]\n",
    };
    const [found] = findings("module-list-incomplete", files);
    expect(found?.cause?.path).toBe(`${D}/30.cfg`);
    expect(found?.message).toContain(`replaces the list in ${cfg}:1`);
    expect(findings("config-list-replaced", files)).toEqual([]);
    expect(found?.proveFix()?.edits[0]?.content).toBe("cloud_final_modules: [scripts-user, puppet]\n");
  });

  test("runcmd after scripts_user", () => {
    const lists = (final: string) => ({
      [cfg]: `cloud_config_modules: [set_passwords]\ncloud_final_modules: ${final}\n`,
    });
    const [found, ...more] = findings("module-list-incomplete", lists("[scripts-user, runcmd]"));
    expect([found?.cause?.line, found?.cause?.column, more]).toEqual([2, 37, []]);
    expect(found?.message).toMatch(/^No command of runcmd runs/);
    expect(told(lists("[runcmd, scripts-user]"))).toEqual([]);
  });

  test("modules in another list, an empty list, no account opened by a fix", () => {
    const moved = "cloud_config_modules: [runcmd]\ncloud_final_modules: [set_passwords, scripts_user]\n";
    expect(told({ [cfg]: moved })).toEqual([]);
    expect(told({ [cfg]: "cloud_final_modules: []\n" })).toMatchObject([{ severity: "info" }]);
    const files = { [cfg]: "cloud_init_modules:\n- ssh\n- write_files\n" };
    expect(findings("module-list-incomplete", files)[0]?.proveFix()).toBeNull();
  });
});

describe("keys of user-data without a module", () => {
  const seed = "/var/lib/cloud/seed/nocloud";
  const told = (files: Readonly<Record<string, string>>, image = "debian-12") =>
    findings("config-key-without-module", { [`${seed}/meta-data`]: "instance-id: i-1\n", ...files }, { image }).map(
      ({ severity, cause, message }) => [
        severity,
        `${cause?.path.split("/").pop()}:${cause?.line}`,
        message.split(" ")[0],
      ],
    );
  const user = (text: string) => ({ [`${seed}/user-data`]: text });

  test("of another distribution, in user-data and vendor-data, once for each file", () => {
    const yum = "#cloud-config\n\nyum_repos: {a: {baseurl: x}}\n";
    expect(told({ ...user(yum), [`${seed}/vendor-data`]: yum })).toEqual([
      ["error", "user-data:3", "yum_repos"],
      ["error", "vendor-data:3", "yum_repos"],
    ]);
    expect(told(user(yum), "rocky-9")).toEqual([]);
    expect(told(user("#cloud-config\napt: {preserve_sources_list: true}\n"), "rocky-9")).toEqual([
      ["error", "user-data:2", "apt"],
    ]);
  });

  test("in parts and templates", () => {
    const part = (text: string) => `--X\nContent-Type: text/cloud-config\n\n${text}`;
    const parts = `${part("packages: [a]\n")}${part("snap: {commands: [a]}\n")}--X--\n`;
    expect(told(user(`MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=X\n\n${parts}`))).toEqual([
      ["error", "user-data:11", "snap"],
    ]);
    expect(told(user("## template: jinja\n#cloud-config\nhostname: {{ v1.region }}\napk_repos: {a: b}\n"))).toEqual([
      ["error", "user-data:4", "apk_repos"],
    ]);
  });

  test("commands that no module runs", () => {
    const files = { ...user("#cloud-config\nruncmd: [id]\n"), [`${D}/20.cfg`]: "cloud_final_modules: [puppet]\n" };
    expect(told(files)).toEqual([["error", "user-data:2", "runcmd"]]);
    expect(told(user("#cloud-config\nruncmd: [id]\nsnap: {}\nlocale: C\n"))).toEqual([
      ["error", "user-data:3", "snap"],
    ]);
  });

  test("that only one of its readers acts on", () => {
    const files = { [`${D}/20.cfg`]: "cloud_init_modules: [ssh]\n" };
    const asked = "users: [{name: carol}]\nwrite_files: [{path: /etc/a, content: b}]\n";
    expect(told({ ...files, ...user(`#cloud-config\n${asked}`) })).toEqual([
      ["error", "user-data:2", "users"],
      ["error", "user-data:3", "write_files"],
    ]);
    const deferred = "#cloud-config\nwrite_files: [{path: /etc/a, content: b, defer: true}]\n";
    expect(told({ ...files, ...user(deferred) })).toEqual([]);
  });

  test("of another version", () => {
    const files = { [`${seed}/meta-data`]: "", ...user("#cloud-config\nubuntu_pro: {token: x}\n") };
    expect(findings("config-key-of-other-version", files).map(({ cause }) => cause?.line)).toEqual([2]);
  });
});

test("a key that a later version brought", () => {
  const files = { [`${D}/20.cfg`]: "ubuntu_pro: {token: x}\n" };
  expect(findings("config-key-of-other-version", files)).toHaveLength(1);
  expect(findings("config-key-of-other-version", { ...files, ...withVersion("25.1") })).toEqual([]);
});
