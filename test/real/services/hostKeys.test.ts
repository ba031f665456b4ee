import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MemoryFile, memoryImage } from "../../../src/image/memory.ts";
import { hostKeys } from "../../../src/services/hostKeys.ts";
import { distroWith } from "../../services/distro.ts";
import { describeReal, programs } from "../describeReal.ts";

function values(files: Record<string, MemoryFile>): Record<string, string> {
  const settings = hostKeys.read(memoryImage(files), distroWith());
  for (const { key, path, line } of settings) expect([path, line]).toEqual([key, undefined]);
  return Object.fromEntries(settings.map(({ key, value }) => [key, value]));
}

describeReal("fingerprints are those of ssh-keygen", programs("ssh-keygen"), () => {
  let directory: string;
  const keygen = (...args: string[]) => {
    const { stdout, status, stderr } = spawnSync("ssh-keygen", args, { cwd: directory, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const file = (name: string) => readFileSync(join(directory, name), "utf8");
  const printed = (name: string) => keygen("-lf", name).split(" ")[1]!;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "host-keys-"));
    keygen("-q", "-t", "ed25519", "-N", "", "-f", "ed25519");
    keygen("-q", "-t", "ed25519", "-N", "secret", "-f", "encrypted");
    keygen("-q", "-t", "rsa", "-N", "", "-f", "rsa");
    keygen("-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", "pem-rsa");
    keygen("-q", "-t", "ecdsa", "-b", "521", "-m", "PEM", "-N", "", "-f", "pem-ecdsa");
    keygen("-q", "-s", "rsa", "-I", "host", "-h", "ed25519.pub");
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("of private keys, even when the public file beside them is gone or stale", () => {
    for (const name of ["ed25519", "encrypted", "rsa", "pem-rsa", "pem-ecdsa"]) {
      const path = `/etc/ssh/ssh_host_${name}_key`;
      expect(values({ [path]: file(name) })).toEqual({ [path]: printed(`${name}.pub`) });
      expect(values({ [path]: file(name), [`${path}.pub`]: file("rsa.pub") })).toEqual({
        [path]: printed(`${name}.pub`),
      });
    }
  });

  test("of a public file alone", () => {
    expect(values({ "/etc/ssh/ssh_host_x_key.pub": file("rsa.pub") })).toEqual({
      "/etc/ssh/ssh_host_x_key.pub": printed("rsa.pub"),
    });
  });

  test("and a certificate has one of its own, that another certificate for the same key does not share", () => {
    const path = "/etc/ssh/ssh_host_ed25519_key-cert.pub";
    const first = values({ [path]: file("ed25519-cert.pub") })[path];
    keygen("-q", "-s", "rsa", "-I", "other", "-h", "ed25519.pub");
    const second = values({ [path]: file("ed25519-cert.pub") })[path];
    expect(first).toMatch(/^certificate SHA256:/);
    expect(second).not.toBe(first);
  });
});
