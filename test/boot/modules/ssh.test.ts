import { describe, expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { accountFiles, attributesAfter, firstBoot, notesOf, reasonOf, textAfter } from "../firstBoot.ts";

const FRESH = "<<unknown:a fresh key>>";
const alice = "ssh-ed25519 AAAAalice alice@example.com";
const bob = "ssh-ed25519 AAAAbob bob@example.com";
const refused = (user: string) =>
  `no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \\"${user}\\" rather than the user \\"root\\".';echo;sleep 10;exit 142" `;

interface Options {
  version?: string;
  files?: Record<string, MemoryFile>;
  metaData?: string;
  packages?: Record<string, string>;
}

function bootWith(
  config: string,
  { version = "25.1", files = {}, metaData = "instance-id: i-1\n", packages = {} }: Options = {},
) {
  const users = { "/etc/passwd": `${accountFiles["/etc/passwd"]}debian:x:1000:4::/home/debian:/bin/sh\n` };
  const home = { "/home/debian": { directory: true as const, uid: 1000, gid: 4 } };
  const text = `cloud_init_modules: [ssh]\nsystem_info: {default_user: {name: debian}}\n${config}`;
  return firstBoot({ version, config: text, files: { ...users, ...home, ...files }, metaData, packages });
}

describe("host keys", () => {
  const keys: Record<string, MemoryFile> = {
    "/etc/ssh/ssh_host_rsa_key": { content: "old", mode: 0o600 },
    "/etc/ssh/ssh_host_rsa_key.pub": "old",
    "/etc/ssh/ssh_host_rsa_key-cert.pub": "old",
    "/etc/ssh/ssh_host_custom_key.bak": "old",
    "/etc/ssh/ssh_host_dangling_key": { link: "nowhere" },
    "/etc/ssh/ssh_host_keys.d/inside": "kept",
    "/etc/ssh/Ssh_host_key": "kept",
    "/etc/ssh/host_rsa_key": "kept",
  };
  const left = (config: string) => bootWith(config, { files: keys }).after.list("/etc/ssh");

  test("all that look like one are deleted, and three are made", () => {
    const result = bootWith("", { files: keys });
    const made = ["ecdsa", "ed25519", "rsa"].flatMap((type) => [`ssh_host_${type}_key`, `ssh_host_${type}_key.pub`]);
    expect(result.after.list("/etc/ssh")).toEqual(["Ssh_host_key", "host_rsa_key", ...made, "ssh_host_keys.d"].sort());
    expect(textAfter(result, "/etc/ssh/ssh_host_rsa_key")).toBe(FRESH);
    expect(attributesAfter(result, "/etc/ssh/ssh_host_rsa_key")).toBe("600 0:0");
    expect(attributesAfter(result, "/etc/ssh/ssh_host_rsa_key.pub")).toBe("644 0:0");
  });

  test.each(["false", "null", "0", "[]", "''"])(
    "ssh_deletekeys: %s keeps them, and makes those that are missing",
    (value) => {
      const result = bootWith(`ssh_deletekeys: ${value}\n`, { files: keys });
      expect(textAfter(result, "/etc/ssh/ssh_host_rsa_key")).toBe("old");
      expect(textAfter(result, "/etc/ssh/ssh_host_ed25519_key")).toBe(FRESH);
    },
  );

  test.each(["'false'", "'no'", "1"])("ssh_deletekeys: %s does not keep them", (value) => {
    expect(left(`ssh_deletekeys: ${value}\n`)).not.toContain("ssh_host_custom_key.bak");
  });

  test.each([
    ["[ed25519]", ["ed25519"]],
    ["ed25519", ["ed25519"]],
    ["[]", []],
    ["null", []],
    ["[RSA, ssh-ed25519, foo, ecdsa-sk]", ["RSA", "ssh-ed25519"]],
  ])("ssh_genkeytypes: %s", (value, types) => {
    const made = bootWith(`ssh_genkeytypes: ${value}\n`)
      .after.list("/etc/ssh")
      .filter((name) => name.endsWith("_key"));
    expect(made).toEqual(types.map((type) => `ssh_host_${type}_key`));
  });

  test("DSA keys are made by default up to 23.4, as far as OpenSSH still can", () => {
    const dsa = (version: string, openssh: string) =>
      textAfter(bootWith("", { version, packages: { "openssh-server": openssh } }), "/etc/ssh/ssh_host_dsa_key");
    expect(dsa("23.4", "1:9.2p1-2")).toBe(FRESH);
    expect(dsa("24.1", "1:9.2p1-2")).toBeUndefined();
    expect(dsa("23.4", "1:10.0p1-7")).toBeUndefined();
  });

  test("a group ssh_keys may read private keys", () => {
    const group = { "/etc/group": "ssh_keys:x:101:\nroot:x:0:\nadm:x:4:\n" };
    const mode = (version: string, distro = "debian", openssh = "9.9p1-1") => {
      const text = `system_info: {distro: ${distro}, default_user: {name: debian}}\n`;
      const result = bootWith(text, { version, files: group, packages: { "openssh-server": openssh } });
      return attributesAfter(result, "/etc/ssh/ssh_host_rsa_key");
    };
    expect(mode("21.3")).toBe("600 0:0");
    expect(mode("21.4")).toBe("640 0:101");
    expect(mode("24.2")).toBe("600 0:0");
    expect(mode("24.2", "rhel")).toBe("600 0:101");
    expect(mode("24.2", "rhel", "8.7p1-1")).toBe("640 0:101");
  });
});

describe("ssh_keys", () => {
  const given = (entries: string, version?: string, files: Record<string, MemoryFile> = {}) =>
    bootWith(`ssh_keys:\n${entries}`, { files, ...(version === undefined ? {} : { version }) });

  test("are put in place, and nothing else is made", () => {
    const result = given("  rsa_private: secret\n  rsa_public: open\n  junk: x\n  ecdsa-sk_private: y\n");
    expect(result.after.list("/etc/ssh")).toEqual(["ssh_host_rsa_key", "ssh_host_rsa_key.pub"]);
    expect(textAfter(result, "/etc/ssh/ssh_host_rsa_key")).toBe("secret");
    expect(attributesAfter(result, "/etc/ssh/ssh_host_rsa_key")).toBe("600 0:0");
    expect(attributesAfter(result, "/etc/ssh/ssh_host_rsa_key.pub")).toBe("644 0:0");
    expect(attributesAfter(given("  rsa_public: open\n", "22.4"), "/etc/ssh/ssh_host_rsa_key.pub")).toBe("600 0:0");
    expect(bootWith("ssh_keys: {}\n").after.list("/etc/ssh")).toEqual([]);
  });

  test("the public half of a private key is made where that is a key", () => {
    const result = given("  rsa_private: '-----BEGIN OPENSSH PRIVATE KEY-----'\n  ed25519_private: bogus\n");
    expect(textAfter(result, "/etc/ssh/ssh_host_rsa_key.pub")).toBe("<<unknown:the public half of the given key>>");
    expect(textAfter(result, "/etc/ssh/ssh_host_ed25519_key.pub")).toBeUndefined();
  });

  test("certificates are announced to sshd: each in place of the others, since 23.1 all at the end", () => {
    const entries = "  rsa_certificate: r\n  ed25519_certificate: e\n";
    const config = { "/etc/ssh/sshd_config": "Port 22\nhostcertificate /x" };
    const older = given(entries, "22.4", config);
    expect(textAfter(older, "/etc/ssh/sshd_config")).toBe(
      "Port 22\nhostcertificate /etc/ssh/ssh_host_ed25519_key-cert.pub\n",
    );
    expect(attributesAfter(older, "/etc/ssh/ssh_host_rsa_key-cert.pub")).toBe("600 0:0");
    // The last line of the file had no end.
    expect(textAfter(given(entries, "23.1", config), "/etc/ssh/sshd_config")).toBe(
      "Port 22\nhostcertificate /xHostCertificate /etc/ssh/ssh_host_rsa_key-cert.pub\nHostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub\n",
    );
    const included = { "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\n" };
    expect(textAfter(given(entries, "23.1", included), "/etc/ssh/sshd_config.d/50-cloud-init.conf")).toBe(
      "HostCertificate /etc/ssh/ssh_host_rsa_key-cert.pub\nHostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub\n",
    );
  });

  test.each(["ssh_keys: null", "ssh_keys: {rsa_private: 5}", "ssh_publish_hostkeys: null"])(
    "%s stops the module",
    (config) => {
      const result = bootWith(`${config}\nssh_authorized_keys: [${alice}]\n`);
      expect(reasonOf(result, "ssh")).toContain("failed");
      expect(textAfter(result, "/root/.ssh/authorized_keys")).toBeUndefined();
    },
  );
});

describe("public keys", () => {
  const ROOT = "/root/.ssh/authorized_keys";
  const DEBIAN = "/home/debian/.ssh/authorized_keys";
  const metaData = `instance-id: i-1\npublic-keys: [${alice}]\n`;

  test("go to the default user, and to root with a command that refuses the login", () => {
    const result = bootWith(`users: [default]\nssh_authorized_keys: [${bob}]\n`, { metaData });
    expect(textAfter(result, DEBIAN)).toBe(`${alice}\n${bob}\n`);
    expect(attributesAfter(result, DEBIAN)).toBe("600 1000:4");
    expect(attributesAfter(result, "/home/debian/.ssh")).toBe("700 1000:4");
    expect(textAfter(result, ROOT)).toBe(`${refused("debian")}${alice}\n${refused("debian")}${bob}\n`);
  });

  test("without a default user they go to root alone", () => {
    const result = bootWith("", { metaData });
    expect(textAfter(result, DEBIAN)).toBeUndefined();
    expect(textAfter(result, ROOT)).toBe(`${refused("NONE")}${alice}\n`);
  });

  test.each(["disable_root: false", "disable_root: null", "disable_root_opts: ''"])("%s lets root in", (config) => {
    expect(textAfter(bootWith(`${config}\n`, { metaData }), ROOT)).toBe(`${alice}\n`);
  });

  test("before 20.3 the refusal does not end with a status", () => {
    const older = refused("NONE").replace(";exit 142", "");
    expect(textAfter(bootWith("", { metaData, version: "20.2" }), ROOT)).toBe(`${older}${alice}\n`);
  });

  test.each([
    [`public-keys: ["${alice}", ${bob}]`, [alice, bob]],
    [`public-keys: |\n  ${alice}\n  # comment\n  ${bob}`, [alice, bob]],
    [`public-keys: {a: ["${alice}", ""], b: ${bob}, c: null}`, [alice, bob]],
    ["public-keys: 5", []],
    ["public-keys: null", []],
    ["", []],
  ])("of the cloud: %s", (text, keys) => {
    const result = bootWith("disable_root: false\n", { metaData: `instance-id: i-1\n${text}\n` });
    expect(textAfter(result, ROOT)).toBe(keys.map((key) => `${key}\n`).join(""));
  });

  test("allow_public_ssh_keys: false leaves the cloud's out, and writes root's file all the same", () => {
    const result = bootWith(`allow_public_ssh_keys: false\nssh_authorized_keys: [${bob}]\n`, { metaData });
    expect(textAfter(result, ROOT)).toBe(`${refused("NONE")}${bob}\n`);
    expect(textAfter(bootWith("allow_public_ssh_keys: false\n", { metaData }), ROOT)).toBe("");
  });

  test.each(["null", "5", "[{a: b}]"])("ssh_authorized_keys: %s puts none in place", (value) => {
    const result = bootWith(`users: [default]\nssh_authorized_keys: ${value}\n`, { metaData });
    expect(textAfter(result, DEBIAN)).toBeUndefined();
    expect(notesOf(result).join()).toContain("SSH keys are not installed");
    expect(reasonOf(result, "ssh")).not.toContain("failed");
  });

  test("a default user who does not exist keeps them from root too", () => {
    const result = bootWith("users: [default]\nsystem_info: {default_user: {name: nobody-here}}\n", { metaData });
    expect(textAfter(result, ROOT)).toBeUndefined();
  });

  test("where nobody says what the cloud gives, its keys are unknown", () => {
    const files = { "/root/.ssh/authorized_keys": `${bob}\n`, "/root/.ssh": { directory: true as const, mode: 0o700 } };
    const result = firstBoot({ config: "cloud_init_modules: [ssh]\n", files });
    expect(textAfter(result, ROOT)).toBe(
      `${bob}\n${refused("NONE")}<<unknown:the public keys that the cloud gives>>\n`,
    );
  });
});
