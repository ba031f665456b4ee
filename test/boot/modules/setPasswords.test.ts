import { describe, expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot, library, reasonOf, textAfter } from "../firstBoot.ts";

const DAY = "<<unknown:the day of the boot>>";
const FRESH = "<<unknown:a hash created at boot>>";
const HASH = `$6$salt$${"a".repeat(86)}`;
const users = ["amy", "ben", "cat"];
const accounts: Record<string, MemoryFile> = {
  "/etc/passwd": ["root", ...users].map((name, n) => `${name}:x:${n}:0::/:/bin/sh\n`).join(""),
  "/etc/shadow": users.map((name) => `${name}:*:19000:0:99999:7:::\n`).join(""),
  "/etc/ssh/sshd_config": "PasswordAuthentication no\n",
};

function bootWith(config: string, version = "25.1", files: Record<string, MemoryFile> = {}, entry = "set_passwords") {
  return firstBoot({
    version,
    config: `cloud_init_modules: [${entry}]\nsystem_info: {default_user: {name: amy}}\n${config}`,
    files: { ...accounts, ...files },
  });
}

/** Password field and day of the last change by name. */
function shadow(result: ReturnType<typeof bootWith>): Record<string, string> {
  const lines = (textAfter(result, "/etc/shadow") ?? "").trimEnd().split("\n");
  return Object.fromEntries(
    lines.map((line) => /^([^:]*):(.*?):0:99999:7:::$/.exec(line)!.slice(1) as [string, string]),
  );
}

const untouched = { amy: "*:19000", ben: "*:19000", cat: "*:19000" };

describe("chpasswd.list", () => {
  test("plain passwords, hashes and random ones; since 22.3 all of them expire", () => {
    const config = `chpasswd:\n  list: |\n    amy:text\n    ben:${HASH}\n    cat:RANDOM\n`;
    expect(shadow(bootWith(config))).toEqual({ amy: `${FRESH}:0`, ben: `${HASH}:0`, cat: `${FRESH}:0` });
    expect(shadow(bootWith(config, "22.2")).ben).toBe(`${HASH}:${DAY}`);
  });

  test("does not expire against the configuration", () => {
    const config = `chpasswd: {expire: "no", list: ["amy:text", "ben:${HASH}"]}\n`;
    expect(shadow(bootWith(config))).toEqual({ amy: `${FRESH}:${DAY}`, ben: `${HASH}:${DAY}`, cat: "*:19000" });
  });

  test("a distributor may keep hashed passwords from expiring", () => {
    const features = { [`${library}/features.py`]: "EXPIRE_APPLIES_TO_HASHED_USERS = False\n" };
    const config = `chpasswd: {list: ["ben:${HASH}", "cat:text"]}\n`;
    expect(shadow(bootWith(config, "25.1", features))).toMatchObject({ ben: `${HASH}:${DAY}`, cat: `${FRESH}:0` });
  });

  test("yescrypt does not count as a hash, nor does any hash with a colon", () => {
    const config = `chpasswd: {expire: false, list: ["amy:$y$j9T$salt$hash", "ben:${HASH}:"]}\n`;
    expect(shadow(bootWith(config))).toMatchObject({ amy: `${FRESH}:${DAY}`, ben: `${FRESH}:${DAY}` });
  });

  test("a password for a missing user fails after the others, a hash for one instead of the others", () => {
    const texts = bootWith("ssh_pwauth: yes\nchpasswd: {list: ['none:x', 'amy:x', 'ben:']}\n");
    expect(shadow(texts)).toEqual({ ...untouched, amy: `${FRESH}:0`, ben: "*:0" });
    expect(reasonOf(texts, "set_passwords")).toContain("none");
    expect(textAfter(texts, "/etc/ssh/sshd_config")).toBe("PasswordAuthentication yes\n");
    const hashes = bootWith(`chpasswd: {expire: false, list: ['none:${HASH}', 'amy:${HASH}']}\n`);
    expect(shadow(hashes)).toEqual(untouched);
  });

  test.each([
    "chpasswd: null",
    "chpasswd: {list: [nocolon]}",
    "chpasswd: {list: [{a: b}]}",
    "chpasswd: {users: [{type: text}]}",
  ])("%s stops the module before it comes to sshd", (config) => {
    const result = bootWith(`ssh_pwauth: yes\n${config}\n`);
    expect(reasonOf(result, "set_passwords")).toContain("failed");
    expect(textAfter(result, "/etc/ssh/sshd_config")).toBe("PasswordAuthentication no\n");
    expect(shadow(result)).toEqual(untouched);
  });
});

test("chpasswd.users counts since 22.3", () => {
  const config = `chpasswd:
  expire: false
  users:
    - {name: amy, password: text, type: text}
    - {name: ben, password: "${HASH}"}
    - {name: cat, type: RANDOM}
    - {name: root, type: other}
`;
  expect(shadow(bootWith(config))).toEqual({ amy: `${FRESH}:${DAY}`, ben: `${HASH}:${DAY}`, cat: `${FRESH}:${DAY}` });
  expect(shadow(bootWith(config, "22.2"))).toEqual(untouched);
});

describe("password", () => {
  test("is the default user's, expired", () => {
    expect(shadow(bootWith("users: [default]\npassword: x\n"))).toEqual({ ...untouched, amy: `${FRESH}:0` });
    expect(shadow(bootWith("users: [ben]\npassword: x\n"))).toEqual(untouched);
  });

  test("does not count beside chpasswd.list, and null is the text None", () => {
    expect(shadow(bootWith("users: [default]\npassword: x\nchpasswd: {list: ['ben:x']}\n")).amy).toBe("*:19000");
    expect(shadow(bootWith("users: [default]\npassword: null\n")).amy).toBe(`${FRESH}:0`);
  });

  test("may be an argument in the module list, which replaces chpasswd.list", () => {
    const config = "users: [default]\nchpasswd: {list: ['ben:x']}\n";
    const result = bootWith(config, "25.1", {}, "[set_passwords, always, x]");
    expect(shadow(result)).toEqual({ ...untouched, amy: `${FRESH}:0` });
  });
});

describe("ssh_pwauth", () => {
  const setting = (value: string, version?: string, files?: Record<string, MemoryFile>) =>
    textAfter(bootWith(`ssh_pwauth: ${value}\n`, version, files), "/etc/ssh/sshd_config")
      ?.trim()
      .split(" ")[1];

  test.each(["true", "yes", "1", '"Yes"', '" on "'])("%s", (value) => {
    expect(setting(value)).toBe("yes");
  });

  test.each(["false", "0", '"off"', '"NO"'])("%s", (value) => {
    expect(setting(value, "25.1", { "/etc/ssh/sshd_config": "PasswordAuthentication yes\n" })).toBe("no");
  });

  test.each(["null", "unchanged", "Unchanged", "maybe", "5", "[yes]"])("%s changes nothing", (value) => {
    expect(setting(value)).toBe("no");
  });

  test("a value that is not a string stops the module", () => {
    expect(reasonOf(bootWith("ssh_pwauth: 5\n"), "set_passwords")).toContain("failed");
    expect(reasonOf(bootWith("ssh_pwauth: maybe\n"), "set_passwords")).not.toContain("failed");
  });

  test("22.2 to 22.4 change nothing where systemd knows no ssh service", () => {
    const systemd: Record<string, MemoryFile> = {
      "/bin/sh": { content: "", mode: 0o755 },
      "/usr/lib/systemd/systemd": { content: "", mode: 0o755 },
    };
    expect(setting("yes", "22.4", systemd)).toBe("no");
    expect(setting("yes", "22.1", systemd)).toBe("yes");
    expect(setting("yes", "23.1", systemd)).toBe("yes");
    expect(setting("yes", "22.4", { ...systemd, "/lib/systemd/system/ssh.service": "" })).toBe("yes");
  });

  test("sshd is restarted by versions whose module runs after its start, when something changed", () => {
    const commands = (value: string, version: string) =>
      bootWith(`ssh_pwauth: ${value}\n`, version)
        .commands.filter(({ module }) => module === "set_passwords")
        .map(({ command }) => command);
    expect(commands("yes", "22.4")).toEqual(["systemctl restart ssh"]);
    expect(commands("no", "22.4")).toEqual([]);
    expect(commands("yes", "24.2")).toEqual([]);
  });
});
