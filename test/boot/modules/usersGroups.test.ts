import { describe, expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { originOf } from "../../../src/python/tree.ts";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const alice = "ssh-ed25519 AAAAalice alice@example.com";
const withKey = `instance-id: i-1\npublic-keys: [${alice}]\n`;
const DEFAULT_USER =
  "system_info: {default_user: {name: debian, gecos: Debian, groups: [adm, sudo], shell: /bin/bash}}\n";

function bootWith(config: string, version = "25.1", files: Record<string, MemoryFile> = {}, metaData = withKey) {
  return firstBoot({
    version,
    config: `cloud_init_modules: [users_groups]\n${DEFAULT_USER}${config}`,
    files,
    metaData,
  });
}

/** The accounts that a boot made, in their order. */
function made(result: ReturnType<typeof bootWith>): string[] {
  const lines = (textAfter(result, "/etc/passwd") ?? "").trimEnd().split("\n").slice(2);
  return lines.map((line) => line.split(":")[0]!);
}

function lineOf(result: ReturnType<typeof bootWith>, path: string, name: string): string | undefined {
  return textAfter(result, path)
    ?.split("\n")
    .find((line) => line.startsWith(`${name}:`));
}

describe("the forms of users", () => {
  test.each([
    ["", []],
    ["users: []", []],
    ["users: null", []],
    ["users: 5", []],
    ["users: [default]", ["debian"]],
    ["users: [default, bob]", ["bob", "debian"]],
    ["users: [bob, {name: amy}]", ["bob", "amy"]],
    ["users: [[n1, n2], 'n3,n4']", ["n1", "n2", "n3", "n4"]],
    ["users: [{gecos: no name means default}]", ["debian"]],
    ["users: [{name: debian}, bob]", ["debian", "bob"]],
    ["users: carl,bob,default", ["bob", "carl", "debian"]],
    ["users: {amy: true, bob: {shell: /bin/sh}, 'off': 0, carl: 'yes', default: 1}", ["amy", "bob", "carl", "debian"]],
    ["user: bob", ["bob"]],
    ["user: bob\nusers: [amy]", ["amy", "bob"]],
    ["user: bob\nusers: {amy: true}", ["amy", "bob"]],
    ["user: bob\nusers: {default: false, amy: true}", ["amy"]],
    ["user: bob\nusers: amy", ["amy", "bob"]],
    ["user: {gecos: Bob}", ["debian"]],
    ["user: [bob]", []],
  ])("%s", (config, names) => {
    const result = bootWith(`${config}\n`);
    expect(made(result)).toEqual(names);
    expect(reasonOf(result, "users_groups")).not.toContain("failed");
  });

  test.each(["users: [5]", "users: [null]", "users: {amy: null}", "users: {amy: [x]}", "users: [[{a: b}]]"])(
    "%s stops the module",
    (config) => {
      const result = bootWith(`${config}\n`);
      expect(reasonOf(result, "users_groups")).toContain("failed");
      expect(made(result)).toEqual([]);
    },
  );

  test("two entries of one name are one user, the first one's settings count", () => {
    const result = bootWith("users: [{name: bob, gecos: one}, {name: bob, gecos: two, shell: /bin/zsh}]\n");
    expect(lineOf(result, "/etc/passwd", "bob")).toBe("bob:x:1000:1000:one:/home/bob:/bin/zsh");
  });

  test("settings may be spelt with hyphens", () => {
    expect(made(bootWith("users: [{name: a, primary-group: none}]\n"))).toEqual([]);
    expect(lineOf(bootWith("users: [{name: a, primary-group: adm}]\n"), "/etc/passwd", "a")).toContain(":4:");
  });

  test("without system_info.default_user there is no default user", () => {
    expect(made(bootWith("users: [default, bob]\nsystem_info: {}\n"))).toEqual(["bob"]);
  });
});

describe("the default user", () => {
  const config = "users: [{name: default, gecos: asked}, {name: debian, gecos: named, uid: 1500, groups: [users]}]\n";

  test("system_info.default_user wins up to 26.1, what is said of the user by name since 26.2", () => {
    expect(lineOf(bootWith(config, "26.1"), "/etc/passwd", "debian")).toBe(
      "debian:x:1500:1500:Debian:/home/debian:/bin/bash",
    );
    expect(lineOf(bootWith(config, "26.2"), "/etc/passwd", "debian")).toBe(
      "debian:x:1500:1500:named:/home/debian:/bin/bash",
    );
  });

  test("groups from both places are joined", () => {
    const result = bootWith(config);
    for (const group of ["adm", "sudo", "users"]) expect(lineOf(result, "/etc/group", group)).toMatch(/:debian$/);
  });

  test("each change is blamed on the line that asks for it", () => {
    const result = bootWith("users: [default]\n");
    const blames = result.changes.find(({ path }) => path === "/etc/passwd")?.blames;
    const item = result.config.node("users", 0)!;
    expect(blames).toEqual([{ module: "users_groups", cause: originOf(item) }]);
  });

  test("one that exists keeps what it is, but is locked", () => {
    const files = {
      "/etc/passwd":
        "root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\ndebian:x:1000:1000:Old:/home/debian:/bin/zsh\n",
      "/etc/shadow": "debian:$6$a$b:19000:0:99999:7:::\n",
    };
    const result = bootWith("users: [default]\n", "25.1", files);
    expect(textAfter(result, "/etc/passwd")).toBe(files["/etc/passwd"]);
    expect(textAfter(result, "/etc/group")).not.toContain("debian");
    expect(textAfter(result, "/etc/shadow")).toBe("debian:!$6$a$b:19000:0:99999:7:::\n");
  });
});

describe("groups", () => {
  const groups = (config: string) => (textAfter(bootWith(config), "/etc/group") ?? "").trimEnd().split("\n").slice(6);

  test.each([
    ["groups: [a, b]", ["a:x:1000:", "b:x:1001:"]],
    ["groups: a,b", ["a:x:1000:", "b:x:1001:"]],
    ["groups: {b: root, a: [root, daemon, none, root]}", ["b:x:1000:root", "a:x:1001:daemon,root"]],
    ["groups: [{a: 'root,daemon'}, {a: root}]", ["a:x:1000:root"]],
    ["groups: [adm, '9 9', a]", ["a:x:1000:"]],
  ])("%s", (config, lines) => {
    expect(groups(`${config}\n`)).toEqual(lines);
  });

  test.each(["groups: null", "groups: [5]", "groups: [{a: null}]", "groups: {a: null}"])(
    "%s stops the module",
    (config) => {
      expect(reasonOf(bootWith(`${config}\nusers: [bob]\n`), "users_groups")).toContain("failed");
    },
  );

  test("a member of a group that exists is added", () => {
    expect(lineOf(bootWith("groups: [{adm: [daemon]}]\n"), "/etc/group", "adm")).toBe("adm:x:4:daemon");
  });

  test("a user's groups are created, its primary group only with others", () => {
    expect(groups("users: [{name: a, groups: [x], primary_group: y}]\n")).toEqual(["x:x:1000:a", "y:x:1001:"]);
    expect(groups("users: [{name: a, primary_group: y}]\n")).toEqual([]);
  });
});

describe("keys", () => {
  const KEYS = "/home/a/.ssh/authorized_keys";

  test.each([
    [`'${alice}'`, `${alice}\n`],
    [`[${alice}]`, `${alice}\n`],
    [`{x: ${alice}}`, `${alice}\n`],
    ["5", ""],
    ["[]", ""],
  ])("ssh_authorized_keys: %s", (value, text) => {
    expect(textAfter(bootWith(`users: [{name: a, ssh_authorized_keys: ${value}}]\n`), KEYS)).toBe(text);
  });

  test("null stops the module after the account", () => {
    const result = bootWith("users: [{name: a, ssh_authorized_keys: null}, b]\n");
    expect(made(result)).toEqual(["a"]);
    expect(reasonOf(result, "users_groups")).toContain("failed");
  });

  test("need a home directory since 22.2", () => {
    const config = `users: [{name: a, system: true, ssh_authorized_keys: [${alice}]}]\n`;
    expect(made(bootWith(config))).toEqual([]);
    expect(made(bootWith(config, "22.1"))).toEqual(["a"]);
  });

  test("ssh_redirect_user refuses logins with the cloud's keys", () => {
    const result = bootWith("users: [default, {name: a, ssh_redirect_user: true}]\n");
    expect(textAfter(result, KEYS)).toBe(
      `no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \\"debian\\" rather than the user \\"a\\".';echo;sleep 10;exit 142" ${alice}\n`,
    );
  });

  test("ssh_redirect_user needs a default user, keys, and nothing beside it", () => {
    const redirect = "{name: a, ssh_redirect_user: default}";
    expect(textAfter(bootWith(`users: [${redirect}]\n`), KEYS)).toBeUndefined();
    expect(
      textAfter(bootWith(`users: [default, ${redirect}]\n`, "25.1", {}, "instance-id: i\n"), KEYS),
    ).toBeUndefined();
    expect(made(bootWith("users: [{name: a, ssh_redirect_user: other}]\n"))).toEqual([]);
    expect(made(bootWith("users: [{name: a, ssh_redirect_user: true, ssh_import_id: [x]}]\n"))).toEqual([]);
  });

  test("the effect of ssh_redirect_user is unknown if the cloud's keys are", () => {
    const config = `cloud_init_modules: [users_groups]\n${DEFAULT_USER}users: [default, {name: a, ssh_redirect_user: true}]\n`;
    const change = firstBoot({ config }).changes.find(({ path }) => path === KEYS);
    expect(change?.certainty).toBe("possible");
  });
});

test("a user of snapd's is left to snap", () => {
  const result = bootWith("users: [{name: a, snapuser: a@example.com}, b]\n");
  expect(made(result)).toEqual(["b"]);
  expect(result.commands.map(({ command }) => command)).toContain("snap create-user --sudoer --json a@example.com");
  const shell = { "/bin/sh": { content: "", mode: 0o755 } };
  expect(made(bootWith("users: [{name: a, snapuser: a@example.com}, b]\n", "25.1", shell))).toEqual([]);
});
