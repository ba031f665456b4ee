import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { unknown } from "../../src/image/unknown.ts";
import { accounts } from "../../src/services/accounts.ts";
import { settingsOf } from "./read.ts";

const passwd =
  "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/zsh\nbob::1001:100::/home/bob:\n+nis::::::\nshort:x\n";

describe("accounts", () => {
  test("users", () => {
    const found = settingsOf(accounts, {
      "/etc/passwd": passwd,
      "/etc/group":
        "root:x:0:\nalice:x:1000:\nusers:x:100:bob\nsudo:x:27:alice,bob\nadm:x:4:alice\nx:x:5:nobody-here\n",
      "/etc/shadow": "root:*:1::::::\nalice:!:1::::::\n",
    });
    expect(found).toEqual({
      "user root password": "locked @ /etc/shadow:1",
      "user root shell": "/bin/bash @ /etc/passwd:1",
      "user root home": "/root @ /etc/passwd:1",
      "user root groups": "root @ /etc/passwd:1",
      "user alice password": "locked @ /etc/shadow:2",
      "user alice shell": "/bin/zsh @ /etc/passwd:2",
      "user alice home": "/home/alice @ /etc/passwd:2",
      "user alice groups": "alice, adm, sudo @ /etc/group:4",
      "user bob password": "none: no password is required @ /etc/passwd:3",
      "user bob shell": "/bin/sh @ /etc/passwd:3",
      "user bob home": "/home/bob @ /etc/passwd:3",
      "user bob groups": "users, sudo @ /etc/group:3",
    });
  });

  test("passwords are told from each other without being shown", () => {
    const value = (field: string) =>
      settingsOf(accounts, { "/etc/passwd": passwd, "/etc/shadow": `root:${field}:1::::::\n` })[
        "user root password"
      ]!.split(" @ ")[0]!;
    const hash = "$6$salt$3xsWxVqmwYJeU0d0Q7yq";
    expect(value(hash)).toMatch(/^set \(\$6\$, fingerprint [0-9a-f]{6}\)$/);
    expect(value(`!${hash}`)).toBe(`locked (a password is ${value(hash).replace("set (", "set: ")}`);
    expect(value(`${hash}x`)).not.toBe(value(hash));
    expect(value("$y$j9T$abc$def")).toMatch(/^set \(\$y\$, /);
    expect(value("ab0123456789.")).toMatch(/^set \(DES, /);
    for (const locked of ["!", "!!", "*", "!*", "x", "*LK*"]) expect(value(locked)).toBe("locked");
    expect(value("")).toBe("none: no password is required");
    expect(value(unknown("a random password"))).toBe("<<unknown:a random password>>");
  });

  // The same rules, in the same order, as `cvtsudoers -f sudoers` of sudo 1.9.13 prints.
  test("the rules of sudo", () => {
    const found = settingsOf(accounts, {
      "/etc/sudoers": `# comment
Defaults env_reset
Defaults:alice !authenticate
User_Alias ADMINS = alice, bob
root ALL=(ALL:ALL) ALL # trailing
%sudo	ALL = (ALL:ALL)   ALL
carol, dave  ALL=(root) NOPASSWD: /bin/ls, \\
    /bin/cat
#1000 ALL=(ALL) ALL
"%domain users" ALL=(ALL) ALL
eve\\ x ALL=ALL
ADMINS host1 = /bin/a : host2 = /bin/b
%#27 ALL=ALL
alice ,frank ALL=ALL
@includedir /etc/sudoers.d
#include /etc/more
#includedir /etc/sudoers.d
`,
      "/etc/sudoers.d/90-x": "zed ALL=(ALL) NOPASSWD:ALL\nzed ALL=(ALL)  NOPASSWD:ALL\n",
      "/etc/sudoers.d/10-x": "zed ALL=ALL",
      "/etc/sudoers.d/a.b": "no1 ALL=ALL",
      "/etc/sudoers.d/a~": "no2 ALL=ALL",
      "/etc/more": "more ALL=ALL\n@include /etc/sudoers\n",
    });
    expect(found).toEqual({
      "sudo root": "ALL=(ALL:ALL) ALL @ /etc/sudoers:5",
      "sudo %sudo": "ALL = (ALL:ALL) ALL @ /etc/sudoers:6",
      "sudo carol": "ALL=(root) NOPASSWD: /bin/ls, /bin/cat @ /etc/sudoers:7",
      "sudo dave": "ALL=(root) NOPASSWD: /bin/ls, /bin/cat @ /etc/sudoers:7",
      "sudo #1000": "ALL=(ALL) ALL @ /etc/sudoers:9",
      "sudo %domain users": "ALL=(ALL) ALL @ /etc/sudoers:10",
      "sudo eve x": "ALL=ALL @ /etc/sudoers:11",
      "sudo ADMINS": "host1 = /bin/a : host2 = /bin/b @ /etc/sudoers:12",
      "sudo %#27": "ALL=ALL @ /etc/sudoers:13",
      "sudo alice": "ALL=ALL @ /etc/sudoers:14",
      "sudo frank": "ALL=ALL @ /etc/sudoers:14",
      "sudo zed": "ALL=ALL; ALL=(ALL) NOPASSWD:ALL @ /etc/sudoers.d/10-x:1",
      "sudo more": "ALL=ALL @ /etc/more:1",
    });
  });

  test("the rules of doas", () => {
    const text = "# c\npermit nopass alpine\ndeny keepenv setenv { A B=$C } :wheel as root cmd ls # c\n";
    expect(settingsOf(accounts, { "/etc/doas.conf": text, "/etc/doas.d/x.conf": "permit persist :adm\n" })).toEqual({
      "doas alpine": "permit nopass alpine @ /etc/doas.conf:2",
      "doas :wheel": "deny keepenv setenv { A B=$C } :wheel as root cmd ls @ /etc/doas.conf:3",
      "doas :adm": "permit persist :adm @ /etc/doas.d/x.conf:1",
    });
  });
});

describe("authorized keys", () => {
  const blob = (seed: string) =>
    Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from("ssh-ed25519"), Buffer.from(seed)]);
  const line = (seed: string) => `ssh-ed25519 ${blob(seed).toString("base64")}`;
  const name = (seed: string) =>
    `SHA256:${createHash("sha256").update(blob(seed)).digest("base64").replace(/=+$/, "")}`;
  const keysOf = (files: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(settingsOf(accounts, { "/etc/passwd": passwd, ...files })).filter(([key]) =>
        key.includes(" authorized key "),
      ),
    );

  test("by fingerprint, with their restrictions", () => {
    const path = "/root/.ssh/authorized_keys";
    const text = `# c\n${line("one")} me@laptop\nno-pty,command="echo \\"a b\\" x" ${line("two")}\njunk\n${line("one")} again\n<<unknown:the cloud's keys>>\nno-pty ${unknown("a key")}\n`;
    expect(keysOf({ [path]: text })).toEqual({
      [`root authorized key ${name("one")}`]: `unrestricted @ ${path}:2`,
      [`root authorized key ${name("two")}`]: `no-pty,command="echo \\"a b\\" x" @ ${path}:3`,
      "root authorized key <<unknown:the cloud's keys>>": `unrestricted @ ${path}:6`,
      "root authorized key <<unknown:a key>>": `no-pty @ ${path}:7`,
    });
  });

  test("where sshd looks for them", () => {
    const found = keysOf({
      "/etc/ssh/sshd_config": "AuthorizedKeysFile /etc/ssh/keys/%u .k/%%%U %h/x\n",
      "/etc/ssh/keys/alice": line("a"),
      "/root/.k/%0": line("b"),
      "/home/alice/x": line("c"),
      "/home/alice/.ssh/authorized_keys": line("d"),
    });
    expect(found).toEqual({
      [`alice authorized key ${name("a")}`]: "unrestricted @ /etc/ssh/keys/alice:1",
      [`root authorized key ${name("b")}`]: "unrestricted @ /root/.k/%0:1",
      [`alice authorized key ${name("c")}`]: "unrestricted @ /home/alice/x:1",
    });
  });
});
