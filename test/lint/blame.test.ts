import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { memoryImage } from "../../src/image/memory.ts";
import type { EvidenceOptions } from "../../src/lint/evidence/evidence.ts";
import { lint } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { exampleImage } from "./exampleImage.ts";

function findingsOf(files: Record<string, string>, options: EvidenceOptions = {}) {
  const image = exampleImage(files);
  return lint(image, { distro: detectDistro(image), rules: catalogue, ...options }).findings;
}

describe("who is to blame", () => {
  test("a key that is deleted and made anew: the line that deletes it, and for certain", () => {
    const files = {
      "/etc/ssh/ssh_host_rsa_key": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
      "/etc/cloud/cloud.cfg.d/91.cfg": "ssh_deletekeys: true\n",
    };
    const [finding] = findingsOf(files, { protect: ["/etc/ssh/ssh_host_rsa_key"] });
    expect(finding).toMatchObject({
      rule: "ssh-host-keys-replaced",
      module: "ssh",
      confidence: "certain",
      cause: { path: "/etc/cloud/cloud.cfg.d/91.cfg", line: 1 },
    });
  });

  test("of two modules that write the same value: the one whose file counts", () => {
    const found = findingsOf({
      "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n",
      "/etc/cloud/cloud.cfg.d/20.cfg": "ssh_pwauth: true\n",
      "/etc/cloud/cloud.cfg.d/30.cfg":
        "write_files:\n- path: /etc/ssh/sshd_config.d/99-a.conf\n  content: PasswordAuthentication yes\n",
    }).find(({ rule }) => rule === "sshd-setting-overwritten");
    expect(found).toMatchObject({ module: "set_passwords", cause: { path: "/etc/cloud/cloud.cfg.d/20.cfg", line: 1 } });
  });

  test("what the boot adds: the step that adds it", () => {
    const [finding] = findingsOf({
      "/etc/network/interfaces": "source /etc/network/interfaces.d/*\nauto eth0\niface eth0 inet static\n",
    });
    expect(finding).toMatchObject({ rule: "network-configuration-joined", module: "network" });
  });
});

describe("evidence", () => {
  test.each([
    [true, ["sudo-without-password"]],
    [false, []],
  ])("a file that packages ship proves something only with a package database (%s)", (database, expected) => {
    const files = {
      "/etc/cloud/cloud.cfg": readFileSync("fixtures/debian-12/etc/cloud/cloud.cfg"),
      "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
      "/etc/sudoers": "debian ALL=(ALL) PASSWD: ALL\n@includedir /etc/sudoers.d\n",
      ...(database ? { "/var/lib/dpkg/status": readFileSync("fixtures/debian-12/var/lib/dpkg/status") } : {}),
    };
    const image = memoryImage(files);
    const { findings } = lint(image, { distro: detectDistro(image), rules: catalogue });
    expect(findings.filter(({ severity }) => severity !== "info").map(({ rule }) => rule)).toEqual(expected);
  });

  test("many lost settings give a report that people can read, which says that there are more", () => {
    const names = Array.from({ length: 500 }, (_, number) => `10.0.0.1 host${number}.internal\n`);
    const found = findingsOf({
      "/etc/hosts": names.join(""),
      "/etc/cloud/cloud.cfg.d/20.cfg": "manage_etc_hosts: true\n",
    });
    const [lost, ...others] = found.filter(({ rule }) => rule === "hosts-file-replaced");
    expect(others).toEqual([]);
    expect(lost?.losses).toHaveLength(500);
    expect(lost?.message).toContain('host2.internal ("10.0.0.1", /etc/hosts:3); 497 more settings are affected.');
  });

  test("what is only added to a file is no loss", () => {
    const found = findingsOf({
      "/etc/motd": "Welcome.\n",
      "/etc/cloud/cloud.cfg.d/20.cfg": "write_files:\n- {path: /etc/motd, append: true, content: more}\n",
    });
    expect(found).toEqual([]);
  });
});
