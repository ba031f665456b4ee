import { describe, expect, test } from "vitest";
import { unknown } from "../../src/boot/unknown.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { hostKeys } from "../../src/services/hostKeys.ts";
import { distroWith } from "./distro.ts";

function values(files: Record<string, MemoryFile>): Record<string, string> {
  const settings = hostKeys.read(memoryImage(files), distroWith());
  for (const { key, path, line } of settings) expect([path, line]).toEqual([key, undefined]);
  return Object.fromEntries(settings.map(({ key, value }) => [key, value]));
}

describe("host keys", () => {
  test("are the files that the configuration names and those with the usual names", () => {
    const found = values({
      "/etc/ssh/sshd_config": "HostKey /srv/key\nHostKey /srv/missing\nHostCertificate /srv/host-cert.pub\n",
      "/srv/key": "x",
      "/srv/host-cert.pub": "ssh-rsa-cert-v01@openssh.com AAAAB3NzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20= builder",
      "/etc/ssh/ssh_host_rsa_key": "y",
      "/etc/ssh/ssh_host_rsa_key.pub": "z",
      "/etc/ssh/ssh_host_rsa_key.bak": "y",
      "/etc/ssh/other_key": "x",
    });
    expect(Object.keys(found)).toEqual([
      "/srv/key",
      "/srv/host-cert.pub",
      "/etc/ssh/ssh_host_rsa_key",
      "/etc/ssh/ssh_host_rsa_key.bak",
    ]);
    expect(found["/srv/key"]).not.toBe(found["/etc/ssh/ssh_host_rsa_key"]);
    expect(found["/etc/ssh/ssh_host_rsa_key.bak"]).toBe(found["/etc/ssh/ssh_host_rsa_key"]);
  });

  test("that are made at boot are unknown", () => {
    const path = "/etc/ssh/ssh_host_ed25519_key";
    expect(values({ [path]: unknown("a fresh key") })).toEqual({ [path]: "<<unknown:a fresh key>>" });
  });
});
