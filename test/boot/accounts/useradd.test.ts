import { describe, expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { whole } from "../../samples.ts";
import { accountFiles, attributesAfter, firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const DAY = "<<unknown:the day of the boot>>";

function bootWith(users: string, files: Record<string, MemoryFile> = {}, shadow = "4.17.4") {
  return firstBoot({
    config: `cloud_init_modules: [users_groups]\n${users}`,
    files,
    packages: { passwd: `1:${shadow}-2` },
  });
}

/** The lines that a boot added to a file. */
function added(result: ReturnType<typeof bootWith>, path: string): string[] {
  const before = String(result.before.read(path) ?? "").split("\n");
  return (textAfter(result, path) ?? "").split("\n").filter((line) => !before.includes(line));
}

test("an account in all of its files, each with a backup of what was there", () => {
  const result = bootWith("users: [{name: ops, gecos: 'Ops, room 1', groups: [sudo, adm], shell: /bin/bash}]\n");
  expect(added(result, "/etc/passwd")).toEqual(["ops:x:1000:1000:Ops, room 1:/home/ops:/bin/bash"]);
  expect(added(result, "/etc/shadow")).toEqual([`ops:!:${DAY}:0:99999:7:::`]);
  expect(added(result, "/etc/group")).toEqual(["adm:x:4:ops", "sudo:x:27:ops", "ops:x:1000:"]);
  expect(added(result, "/etc/gshadow")).toEqual(["adm:*::ops", "sudo:*::ops", "ops:!::"]);
  expect(textAfter(result, "/etc/passwd-")).toBe(accountFiles["/etc/passwd"]);
  expect(textAfter(result, "/etc/group-")).toBe(accountFiles["/etc/group"]);
  expect(attributesAfter(result, "/etc/shadow")).toBe("640 0:42");
  expect(attributesAfter(result, "/etc/gshadow-")).toBe("640 0:42");
});

test("shadow-utils 4.20 knows no minimum age", () => {
  expect(added(bootWith("users: [ops]\n", {}, "4.20.3"), "/etc/shadow")).toEqual([`ops:!:${DAY}::99999:7:::`]);
});

test("options: ids, groups, expiry", () => {
  const result = bootWith(`users:
  - {name: a, uid: 2001, primary_group: adm, inactive: "5", expiredate: "2031-09-01"}
  - {name: b, no_user_group: true, expiredate: 2031-09-01, inactive: 5}
  - {name: c, system: true, groups: "new, users"}
  - {name: d, uid: 70000}
`);
  expect(added(result, "/etc/passwd")).toEqual([
    "a:x:2001:4::/home/a:/bin/sh",
    "b:x:2002:100::/home/b:/bin/sh",
    "c:x:999:999::/home/c:/bin/sh",
    "d:x:70000:1001::/home/d:/bin/sh",
  ]);
  expect(added(result, "/etc/shadow")).toEqual([
    `a:!:${DAY}:0:99999:7:5:22523:`,
    `b:!:${DAY}:0:99999:7:::`,
    `c:!:${DAY}::::::`,
    `d:!:${DAY}:0:99999:7:::`,
  ]);
  expect(added(result, "/etc/group")).toEqual(["users:x:100:c", "new:x:1000:c", "c:x:999:", "d:x:1001:"]);
});

test("a number is one above the highest in use, and the first gap where that is the last one", () => {
  const passwd = `${accountFiles["/etc/passwd"]}top:x:60000:60000::/:/bin/sh\none:x:1000:1000::/:/bin/sh\n`;
  const group = `${accountFiles["/etc/group"]}top:x:59999:\n`;
  const result = bootWith("users: [new]\n", { "/etc/passwd": passwd, "/etc/group": group });
  expect(added(result, "/etc/passwd")).toEqual(["new:x:1001:1001::/home/new:/bin/sh"]);
});

test("subordinate ids go into the first gap, and their files into order", () => {
  const files = {
    "/etc/subuid": "# top\nzed:400000:65536\nops:200000:65536\nbad:x:y\nvagrant:100000:65536\n",
    "/etc/subgid": { content: "", mode: 0o600 },
  };
  // As shadow-utils 4.13 left the same file.
  const old = bootWith("users: [amy, ops]\n", files, "4.13");
  expect(textAfter(old, "/etc/subuid")).toBe(
    "vagrant:100000:65536\nops:200000:65536\namy:265536:65536\nzed:400000:65536\n# top\nbad:x:y\nops:331072:65536\n",
  );
  expect(textAfter(old, "/etc/subgid")).toBe("amy:100000:65536\nops:165536:65536\n");
  expect(attributesAfter(old, "/etc/subgid-")).toBe("600 0:0");
  // Since 4.14 a user who has a range gets no other.
  expect(textAfter(bootWith("users: [ops]\n", files), "/etc/subuid")).not.toContain("265536");
});

describe("odd files", () => {
  test("lines that are no accounts stay, and entries for NIS stay last", () => {
    const files = {
      "/etc/passwd": `${accountFiles["/etc/passwd"]}# comment\n\nodd:line\n+nis:::::::\n+::::::\n`,
      "/etc/group": `${accountFiles["/etc/group"]}+:::\n`,
    };
    const result = bootWith("users: [ops]\n", files);
    expect(textAfter(result, "/etc/passwd")).toBe(
      `${accountFiles["/etc/passwd"]}# comment\n\nodd:line\nops:x:1000:1000::/home/ops:/bin/sh\n+nis:::::::\n+::::::\n`,
    );
    expect(textAfter(result, "/etc/group")).toBe(`${accountFiles["/etc/group"]}ops:x:1000:\n+:::\n`);
  });

  test("a last line without an end is completed, and since 4.19 stops useradd", () => {
    const files = { "/etc/passwd": String(accountFiles["/etc/passwd"]).trimEnd() };
    const completed = `${accountFiles["/etc/passwd"]}ops:x:1000:1000::/home/ops:/bin/sh\n`;
    expect(textAfter(bootWith("users: [ops]\n", files), "/etc/passwd")).toBe(completed);
    const result = bootWith("users: [ops]\n", files, "4.19.0");
    expect(textAfter(result, "/etc/passwd")).toBe(files["/etc/passwd"]);
    expect(reasonOf(result, "users_groups")).toContain("last line does not end with a newline");
  });

  test("a file behind a link stops useradd", () => {
    const files = { "/etc/passwd": { link: "real" }, "/etc/real": String(accountFiles["/etc/passwd"]) };
    expect(reasonOf(bootWith("users: [ops]\n", files), "users_groups")).toContain("symbolic link");
  });
});

describe("refusals stop the module, and later users are not made", () => {
  test.each([
    ["{name: a b}", "user name"],
    ["{name: ops, gecos: 'a:b'}", "field"],
    ["{name: ops, shell: zsh}", "shell"],
    ["{name: ops, homedir: home}", "home directory"],
    ["{name: ops, expiredate: soon}", "date"],
    ["{name: ops, inactive: x}", "days"],
    ["{name: ops, uid: 1}", "already in use"],
    ["{name: ops, primary_group: none}", "does not exist"],
    ["{name: ops, groups: [ops]}", "already exists"],
    ["{name: ops, groups: [none], create_groups: false}", "does not exist"],
  ])("%s", (user, reason) => {
    const result = bootWith(`users: [${user}, late]\n`);
    expect(reasonOf(result, "users_groups")).toContain(reason);
    expect(added(result, "/etc/passwd")).toEqual([]);
  });

  test.each([
    ["Ü", "4.13", true],
    ["Ü", "4.17.4", false],
    ["99", "4.13", true],
    ["99", "4.17.4", false],
    ["a.b", "4.17.4", true],
    ["-x", "4.13", false],
  ])("the name %j with shadow-utils %s", (name, shadow, taken) => {
    const result = bootWith(`users: [{name: ${JSON.stringify(name)}}]\n`, {}, shadow);
    expect(added(result, "/etc/passwd")).toHaveLength(taken ? 1 : 0);
  });
});

describe("home directories", () => {
  const skeleton: Record<string, MemoryFile> = {
    "/etc/skel/.profile": { content: "p", mode: 0o640, gid: 4 },
    "/etc/skel/bin/run": { content: "r", mode: 0o755 },
    "/etc/skel/link": { link: ".profile" },
  };

  test("are filled from /etc/skel, all of it the user's", () => {
    const result = bootWith("users: [{name: ops, homedir: /srv/a/ops}]\n", skeleton);
    expect(attributesAfter(result, "/srv/a")).toBe("755 0:0");
    expect(attributesAfter(result, "/srv/a/ops")).toBe("755 1000:1000");
    expect(attributesAfter(result, "/srv/a/ops/.profile")).toBe("640 1000:1000");
    expect(attributesAfter(result, "/srv/a/ops/bin/run")).toBe("755 1000:1000");
    expect(result.after.readlink("/srv/a/ops/link")).toBe(".profile");
    expect(result.after.lstat("/srv/a/ops/link")?.uid).toBe(1000);
  });

  test("take their mode from HOME_MODE, else from UMASK", () => {
    const defs = (text: string) => ({ "/etc/login.defs": `${text}\nUSERGROUPS_ENAB yes\n` });
    expect(attributesAfter(bootWith("users: [ops]\n", defs("UMASK 027\nHOME_MODE 0711")), "/home/ops")).toBe(
      "711 1000:1000",
    );
    expect(attributesAfter(bootWith("users: [ops]\n", defs("UMASK 027")), "/home/ops")).toBe("750 1000:1000");
  });

  test("that exist are left alone", () => {
    const result = bootWith("users: [ops]\n", { ...skeleton, "/home/ops": { directory: true, mode: 0o711 } });
    expect(attributesAfter(result, "/home/ops")).toBe("711 0:0");
    expect(result.after.list("/home/ops")).toEqual([]);
  });

  test("are not made for system users or against the configuration", () => {
    const result = bootWith("users: [{name: a, system: true}, {name: b, no_create_home: true}]\n", skeleton);
    expect(result.after.list("/home")).toEqual([]);
  });

  test("that cannot be made stop useradd, since 4.10 after the account", () => {
    const files = { "/home/ops": { link: "nowhere" } };
    const result = bootWith("users: [ops, late]\n", files);
    expect(added(result, "/etc/passwd")).toHaveLength(1);
    expect(reasonOf(result, "users_groups")).toContain("cannot create directory");
    expect(added(bootWith("users: [ops]\n", files, "4.8.1"), "/etc/passwd")).toEqual([]);
  });

  test("a skeleton that holds them is not copied into itself", () => {
    const result = bootWith("users: [ops]\n", { "/etc/default/useradd": "SKEL=/home\n", "/home/x/y": "" });
    expect(result.after.list("/home/ops")).toEqual([]);
  });
});

test("/etc/default/useradd: group, home, shell, ages, mailbox", () => {
  const result = bootWith("users: [{name: ops, no_user_group: true}]\n", {
    "/etc/default/useradd":
      "GROUP=adm\nHOME=/opt\nSHELL=/bin/dash\nINACTIVE=7\nEXPIRE=2030-01-01\nCREATE_MAIL_SPOOL=yes\n# SKEL=x\n",
    "/var/mail": { directory: true },
  });
  expect(added(result, "/etc/passwd")).toEqual(["ops:x:1000:4::/opt/ops:/bin/dash"]);
  expect(added(result, "/etc/shadow")).toEqual([`ops:!:${DAY}:0:99999:7:7:21915:`]);
  expect(attributesAfter(result, "/var/mail/ops")).toBe("600 1000:4");
});

test.runIf(whole)("thousands of users and groups are created, in files of thousands of lines", () => {
  const names = Array.from({ length: 2000 }, (_, n) => `n${n}`);
  const others = Array.from({ length: 10_000 }, (_, n) => `u${n}:x:${n + 10_000}:0::/:/bin/sh\n`).join("");
  const result = bootWith(`groups: [${names.map((name) => `g${name}`)}]\nusers: [${names}]\n`, {
    "/etc/passwd": `root:x:0:0:root:/root:/bin/bash\n${others}`,
    "/etc/subuid": "root:100000:65536\n",
  });
  expect(reasonOf(result, "users_groups")).toBe("ran");
  const last = (path: string) => result.after.read(path)?.toString().trimEnd().split("\n").at(-1);
  expect(last("/etc/passwd")).toBe("n1999:x:21999:21999::/home/n1999:/bin/sh");
  expect(last("/etc/group")).toBe("n1999:x:21999:");
  expect(last("/etc/subuid")).toBe(`n1999:${100_000 + 2000 * 65_536}:65536`);
});

test.runIf(whole)("too much work ends the module", () => {
  const others = Array.from({ length: 20_000 }, (_, n) => `u${n}:${n}:1\n`).join("");
  const names = Array.from({ length: 1000 }, (_, n) => `n${n}`);
  const result = bootWith(`users: [${names}]\n`, { "/etc/subuid": `# a comment\n${others}` });
  expect(reasonOf(result, "users_groups")).toContain("too large");
  expect(result.after.problems.map(({ path }) => path)).toEqual(["/etc"]);
});
