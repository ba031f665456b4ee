import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { unknown } from "../../src/image/unknown.ts";
import { hostKeys } from "../../src/services/hostKeys.ts";
import { distroWith } from "./distro.ts";

function values(files: Record<string, MemoryFile>): Record<string, string> {
  const settings = hostKeys.read(memoryImage(files), distroWith());
  for (const { key, path, line } of settings) expect([path, line]).toEqual([key, undefined]);
  return Object.fromEntries(settings.map(({ key, value }) => [key, value]));
}

/** A key that ssh-keygen made, a certificate for it, and the fingerprint that `ssh-keygen -l` prints. */
const PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIImB2fec3jhKXWl+YhS+wM2Tpu+cswIr6nu7WVKgpetX made for a test\n";
const CERTIFICATE =
  "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIN1OL14SWdsIUcO4Bfec6aE4y52t4lG1QwucKse+SO2eAAAAIImB2fec3jhKXWl+YhS+wM2Tpu+cswIr6nu7WVKgpetXAAAAAAAAAAAAAAACAAAABGhvc3QAAAAAAAAAAAAAAAD//////////wAAAAAAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAgqPc9jnDNFVCKzgTDVAWaKozMYMKVCOrx3zv12r7q6rcAAABTAAAAC3NzaC1lZDI1NTE5AAAAQDRMyVdFzhLVNNZXUDz0wgulhC+7sTAJgktsA/bQuYPdGkQuUj+Ku44rJMkv2QoiSrsGQkzb0W1fKh9RuHfakQk= made for a test\n";
const FINGERPRINT = "SHA256:J8ta94gBOOmj5OtqhrnHju99UcPKWWKZQs3MmWbAplw";

describe("fingerprints", () => {
  test("of a public file alone", () => {
    expect(values({ "/etc/ssh/ssh_host_x_key.pub": PUBLIC })).toEqual({ "/etc/ssh/ssh_host_x_key.pub": FINGERPRINT });
  });

  test("of a certificate, which has one of its own", () => {
    const path = "/etc/ssh/ssh_host_x_key-cert.pub";
    expect(values({ [path]: CERTIFICATE })[path]).toMatch(/^certificate SHA256:(?!J8ta94)/);
  });

  test("of private keys in PEM, even when the public file beside them is gone or stale", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n = "", e = "" } = privateKey.export({ format: "jwk" });
    // RFC 4253: the type, the exponent and the modulus, each with its length; the modulus begins with a set bit.
    const number = (base64: string, zero = Buffer.alloc(0)) => Buffer.concat([zero, Buffer.from(base64, "base64url")]);
    const blob = [Buffer.from("ssh-rsa"), number(e), number(n, Buffer.alloc(1))].flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    });
    const print = `SHA256:${createHash("sha256").update(Buffer.concat(blob)).digest("base64").replace(/=+$/, "")}`;
    const path = "/etc/ssh/ssh_host_rsa_key";
    const pem = String(privateKey.export({ format: "pem", type: "pkcs1" }));
    expect(values({ [path]: pem })).toEqual({ [path]: print });
    expect(values({ [path]: pem, [`${path}.pub`]: PUBLIC })).toEqual({ [path]: print });
  });
});

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
    expect(values({ [path]: unknown("a new host key") })).toEqual({ [path]: "<<unknown:a new host key>>" });
  });
});
