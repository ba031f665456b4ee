import { describe, expect, test } from "vitest";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import type { Setting } from "../../src/services/service.ts";
import { sshd } from "../../src/services/sshd.ts";
import { distroWith } from "./distro.ts";

function settings(files: Record<string, MemoryFile>, version = "1:9.2p1-2+deb12u3"): Map<string, Setting> {
  const all = sshd.read(memoryImage(files), distroWith({ "openssh-server": version }));
  return new Map(all.map((setting) => [setting.key, setting]));
}

const main = "/etc/ssh/sshd_config";
const dropIn = (name: string) => `/etc/ssh/sshd_config.d/${name}`;

describe("sshd", () => {
  test("the first value counts, wherever an Include puts it", () => {
    const found = settings({
      [main]: "# ours\nInclude /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n",
      [dropIn("50-cloud-init.conf")]: "\nPasswordAuthentication yes\n",
      [dropIn("60-late.conf")]: "PasswordAuthentication no\n",
    });
    expect(found.get("PasswordAuthentication")).toEqual({
      key: "PasswordAuthentication",
      value: "yes",
      path: dropIn("50-cloud-init.conf"),
      line: 2,
    });
  });

  test("lists add up and come from their first line", () => {
    const found = settings({ [main]: "Port 22\nAllowUsers a\n\nport 2222\nAllowUsers b c\n" });
    expect(found.get("Port")).toEqual({ key: "Port", value: "22 2222", path: main, line: 1 });
    expect(found.get("AllowUsers")).toMatchObject({ value: "a b c", line: 2 });
  });

  test("what nobody sets is there as a default, from no file", () => {
    const found = settings({ [main]: "UsePAM yes\n" });
    expect(found.get("PasswordAuthentication")).toEqual({ key: "PasswordAuthentication", value: "yes" });
    expect(found.get("PermitRootLogin")).toEqual({ key: "PermitRootLogin", value: "prohibit-password" });
    expect(found.get("HostKey")!.value).toBe(
      "/etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key",
    );
    expect(found.has("HostCertificate")).toBe(false);
  });

  test("Match blocks are kept apart and end with their file", () => {
    const found = settings({
      [main]: "Include sshd_config.d/*.conf\nX11Forwarding yes\nmatch user=deploy address 10.0.0.0/8\nBanner none\n",
      [dropIn("10-sftp.conf")]: "Match Group sftp\n  X11Forwarding no\n",
    });
    expect(found.get("X11Forwarding")).toMatchObject({ value: "yes", path: main, line: 2 });
    expect(found.get("Match Group sftp: X11Forwarding")).toMatchObject({
      value: "no",
      path: dropIn("10-sftp.conf"),
      line: 2,
    });
    expect(found.get("Match User deploy Address 10.0.0.0/8: Banner")).toMatchObject({ value: "none", line: 4 });
  });

  test("a file that is included in a block counts under its criteria, too", () => {
    const found = settings({
      [main]: "Match User a\nInclude in.conf\n",
      "/etc/ssh/in.conf": "MaxSessions 1\nMatch all\nMaxAuthTries 2\nMatch Host h\nMaxAuthTries 3\n",
    });
    expect(found.get("Match User a: MaxSessions")).toMatchObject({ value: "1" });
    expect(found.get("Match User a: MaxAuthTries")).toMatchObject({ value: "2" });
    expect(found.get("Match User a Host h: MaxAuthTries")).toMatchObject({ value: "3" });
    expect(found.get("MaxAuthTries")).toEqual({ key: "MaxAuthTries", value: "6" });
  });

  test("a line that lands in a Match block by being appended is not global", () => {
    const found = settings({ [main]: "Match User a\nMaxSessions 1\nPasswordAuthentication no\n" });
    expect(found.get("PasswordAuthentication")!.value).toBe("yes");
    expect(found.get("Match User a: PasswordAuthentication")!.value).toBe("no");
  });

  test("keywords have the name that their version gives them", () => {
    const files = { [main]: "ChallengeResponseAuthentication no\nPubkeyAcceptedKeyTypes +ssh-rsa\n" };
    const old = settings(files, "1:8.4p1-5+deb11u3");
    expect(old.get("ChallengeResponseAuthentication")).toMatchObject({ value: "no", line: 1 });
    expect(old.get("PubkeyAcceptedKeyTypes")).toMatchObject({ value: "+ssh-rsa" });
    const recent = settings(files, "9.6p1");
    expect(recent.get("KbdInteractiveAuthentication")).toMatchObject({ value: "no", line: 1 });
    expect(recent.get("PubkeyAcceptedAlgorithms")).toMatchObject({ value: "+ssh-rsa" });
    expect(recent.has("ChallengeResponseAuthentication")).toBe(false);
  });

  test("a vendor's keyword keeps its spelling, an ignored one is left out", () => {
    const found = settings({ [main]: "CryptoPolicy x\nProtocol 2\ncryptopolicy y\n" });
    expect(found.get("CryptoPolicy")).toMatchObject({ value: "x" });
    expect([...found.keys()].filter((key) => /protocol|cryptopolicy/.test(key))).toEqual([]);
  });

  test("subsystems go by their names", () => {
    const found = settings({ [main]: "Subsystem\tsftp internal-sftp -u 0027\n" });
    expect(found.get("Subsystem sftp")).toMatchObject({ value: "internal-sftp -u 0027" });
  });

  test("the vendor's file in /usr/etc counts until /etc has one", () => {
    const vendor = { "/usr/etc/ssh/sshd_config": "PermitRootLogin yes\nInclude sshd_config.d/*.conf\n" };
    expect(settings(vendor).get("PermitRootLogin")).toMatchObject({ path: "/usr/etc/ssh/sshd_config" });
    expect(settings({ ...vendor, [dropIn("1.conf")]: "UseDNS yes" }).get("UseDNS")).toMatchObject({
      path: dropIn("1.conf"),
    });
    expect(settings({ ...vendor, [main]: "" }).get("PermitRootLogin")!.path).toBeUndefined();
  });

  test("without a configuration there is nothing", () => {
    expect(settings({ "/etc/ssh/sshd_config.d/1.conf": "Port 1\n" }).size).toBe(0);
    expect(settings({ [main]: { directory: true } }).size).toBe(0);
  });

  test("odd bytes end a line or stay in it", () => {
    const found = settings({ [main]: Buffer.from("Banner /a\0b\r\nPort 23\r\n\xff\xfe 1\nUseDNS yes\f\n", "latin1") });
    expect(found.get("Banner")).toMatchObject({ value: "/a" });
    expect(found.get("Port")).toMatchObject({ value: "23" });
    expect(found.get("UseDNS")).toMatchObject({ value: "yes", line: 4 });
  });
});

describe("a hostile sshd configuration", () => {
  test("of files that include themselves is no configuration for sshd either", () => {
    const files = { [main]: `${"Include sshd_config\n".repeat(50)}Port 22\n` };
    expect(() => settings(files)).toThrow(/more than 16 files deep/);
  });

  test("of many patterns over a large directory ends", () => {
    const files: Record<string, string> = { [main]: "" };
    for (let i = 0; i < 5000; i++) files[`/etc/ssh/d/${i}`] = "UseDNS yes\n";
    for (let i = 0; i < 5000; i++) files[main] += `Include d/*${i}*\n`;
    expect(() => settings(files)).toThrow(/too large to read/);
  });
});
