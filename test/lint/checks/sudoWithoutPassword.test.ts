import { describe, expect, test } from "vitest";
import { D, findings } from "./configuration/findings.ts";

const PASSWD = {
  "/etc/passwd":
    "root:x:0:0:root:/root:/bin/bash\nsshd:x:100:65534::/:/usr/sbin/nologin\ndebian:x:1000:1000::/home/debian:/bin/bash\n",
};
const found = (files: Readonly<Record<string, string>>) => findings("sudo-without-password", { ...PASSWD, ...files });

describe("who is to blame", () => {
  test("the module that writes the rule and its line; what is contradicted is the image's own rule", () => {
    const [first, ...others] = found({ "/etc/sudoers.d/10-team": "# ours\ndebian ALL=(ALL) PASSWD: ALL\n" });
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      severity: "error",
      confidence: "certain",
      module: "users_groups",
      cause: { path: "/etc/cloud/cloud.cfg" },
      losses: [
        {
          path: "/etc/sudoers.d/10-team",
          line: 2,
          setting: "sudo debian",
          before: "ALL=(ALL) PASSWD: ALL",
          after: "ALL=(ALL) NOPASSWD:ALL",
        },
      ],
    });
    expect(first?.message).toMatch(
      /^debian may use sudo without a password, although \/etc\/sudoers\.d\/10-team:2 requires one/,
    );
    expect(first?.message).toContain("users_groups adds");
    expect(first?.message).toContain("/etc/sudoers.d/90-cloud-init-users");
  });

  test("of two users each gets the line that asks for its rule", () => {
    const users =
      "users:\n  - name: ann\n    sudo: ALL=(ALL) NOPASSWD:ALL\n  - name: bob\n    sudo: ALL=(ALL) NOPASSWD:ALL\n";
    const both = found({
      [`${D}/20.cfg`]: users,
      "/etc/sudoers.d/10-team": "ann ALL=(ALL) ALL\nbob ALL=(ALL) ALL\n",
    });
    expect(both.map(({ losses, cause }) => [losses[0]?.setting, cause?.line])).toEqual([
      ["sudo ann", 3],
      ["sudo bob", 5],
    ]);
  });
});

describe("what asks this account for a password", () => {
  test.each<[string, Record<string, string>]>([
    ["a rule for its number", { "/etc/sudoers.d/10-team": "#1000 ALL=(ALL) ALL\n" }],
    ["a rule for one command", { "/etc/sudoers.d/10-team": "debian ALL=(ALL) /usr/bin/systemctl\n" }],
    ["an alias", { "/etc/sudoers.d/10-team": "User_Alias OPS = debian\nOPS ALL=(ALL) ALL\n" }],
    ["everybody", { "/etc/sudoers.d/10-team": "ALL ALL=(ALL) PASSWD: ALL\n" }],
    [
      "a group that cloud-init adds it to",
      {
        "/etc/sudoers.d/10-team": "%ops ALL=(ALL) ALL\n",
        "/etc/group": "root:x:0:\nops:x:1001:\n",
        [`${D}/20.cfg`]: "groups: [{ops: [debian]}]\n",
      },
    ],
    ["Defaults for it", { "/etc/sudoers.d/10-team": "Defaults:debian targetpw\n" }],
    [
      "a password that somebody set",
      {
        "/etc/shadow": "root:*:20000:0:99999:7:::\ndebian:$6$salt$abcdefghijklmnopqrstuv:20000:0:99999:7:::\n",
      },
    ],
  ])("%s", (_what, files) => expect(found(files)).toHaveLength(1));

  test.each<[string, Record<string, string>]>([
    ["a rule for another group", { "/etc/sudoers.d/10-team": "%ops ALL=(ALL) ALL\n" }],
    ["a rule for another account", { "/etc/sudoers.d/10-team": "ann ALL=(ALL) PASSWD: ALL\n" }],
    ["its own rule without a password", { "/etc/sudoers.d/10-team": "debian ALL=(ALL) NOPASSWD: ALL\n" }],
    ["a rule that counts after cloud-init's", { "/etc/sudoers.d/team": "debian ALL=(ALL) ALL\n" }],
    ["Defaults for another", { "/etc/sudoers.d/10-team": "Defaults:ann targetpw\n" }],
    ["Defaults that ask less often", { "/etc/sudoers.d/10-team": "Defaults timestamp_timeout=60\n" }],
    [
      "Defaults that ask nobody",
      {
        "/etc/sudoers.d/10-team": "Defaults !authenticate\ndebian ALL=(ALL) ALL\n",
      },
    ],
    [
      "a rule, where cloud-init's asks too",
      {
        "/etc/sudoers.d/10-team": "debian ALL=(root) NOPASSWD: /bin/true\ndebian ALL=(ALL) PASSWD: ALL\n",
        [`${D}/20.cfg`]: "system_info: {default_user: {sudo: 'ALL=(ALL) ALL'}}\n",
      },
    ],
    [
      "a rule for a command, where cloud-init frees another",
      {
        "/etc/sudoers.d/10-team": "debian ALL=(ALL) /usr/bin/systemctl\n",
        [`${D}/20.cfg`]: "system_info: {default_user: {sudo: 'ALL=(ALL) NOPASSWD: /usr/bin/uptime'}}\n",
      },
    ],
  ])("not %s", (_what, files) => expect(found(files)).toEqual([]));
});
