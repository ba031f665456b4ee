import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import { lint } from "../../../src/lint/lint.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { imageReport } from "../../../src/report/imageReport.ts";
import { textReport } from "../../../src/report/text.ts";
import { exampleImage } from "../exampleImage.ts";

function resultOf(files: Record<string, string>) {
  const image = exampleImage(files);
  return lint(image, { distro: detectDistro(image), rules: catalogue });
}

function found(rule: string, files: Record<string, string>) {
  return resultOf(files).findings.filter((finding) => finding.rule === rule);
}

const INSTANCE = "/var/lib/cloud/instances/i-0abc";
const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n";

describe("secrets", () => {
  test.each([
    ["password: hunter2-secret", "a password"],
    ['{"password": "hunter2-secret"}', "a password"],
    ["chpasswd:\n  list: |\n    root:hunter2-secret", "a password"],
    ["    hashed_passwd: $6$hunter2-secret", "a password"],
    [`ssh_keys:\n  rsa_private: |\n    ${KEY}`, "a private key"],
    ["-----BEGIN RSA PRIVATE KEY-----\nhunter2-secret", "a private key"],
    ["aws_access_key_id: AKIAIOSFODNN7EXAMPLE", "an access key"],
    ["export VAULT_TOKEN=hunter2-secret", "a token"],
    ["api_key: hunter2-secret", "a token"],
  ])("%j: %s, which no report shows", (secret, kind) => {
    const files = {
      "/var/lib/cloud/data/instance-id": "i-0abc\n",
      [`${INSTANCE}/user-data.txt`]: `#cloud-config\n${secret}\n`,
    };
    const result = resultOf(files);
    const finding = result.findings.find(({ rule }) => rule === "user-data-secret-left");
    expect(finding).toMatchObject({ severity: "warning", cause: { path: `${INSTANCE}/user-data.txt` } });
    expect(finding?.message).toContain(kind);
    const options = { color: false, width: 100, minSeverity: "info", quiet: false, rules: catalogue } as const;
    const report = textReport([imageReport(result, options)], options);
    expect(report).toContain("user-data-secret-left");
    expect(report).not.toContain("hunter2");
    expect(JSON.stringify(result.findings)).not.toContain("hunter2");
  });

  test.each([
    "lock_passwd: true",
    "ssh_pwauth: false",
    "package: passwd",
    "# set a password",
    "token bucket",
    "secrets.txt",
  ])("none: %j", (text) => {
    expect(found("user-data-secret-left", { [`${INSTANCE}/user-data.txt`]: `${text}\n` })).toEqual([]);
  });

  test("only paths are named, the first few", () => {
    const files = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`/var/lib/cloud/instances/i-${index}/user-data.txt`, "password: x\n"]),
    );
    expect(found("user-data-secret-left", files)[0]?.message).toContain("i-2/user-data.txt and 6 more.");
  });
});

describe("state of an earlier boot", () => {
  test("is a note, and one only", () => {
    const state = { "/var/lib/cloud/data/instance-id": "i-0abc\n", [`${INSTANCE}/sem/config_ssh`]: "1: 2\n" };
    const findings = found("instance-state-left", state);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: "info",
      cause: { path: "/var/lib/cloud/data/instance-id", line: 1 },
    });
    expect(found("instance-known", state)).toEqual([]);
  });

  test("a marker without the datasource that it makes cloud-init trust does nothing", () => {
    expect(found("instance-known", { [`${INSTANCE}/manual-clean`]: "" })).toEqual([]);
  });

  test("manual_cache_clean is to blame where it is set", () => {
    const files = {
      [`${INSTANCE}/manual-clean`]: "",
      [`${INSTANCE}/obj.pkl`]: "x",
      "/etc/cloud/cloud.cfg.d/20.cfg": "manual_cache_clean: true\n",
    };
    expect(found("instance-known", files)[0]?.cause?.path).toBe("/etc/cloud/cloud.cfg.d/20.cfg");
  });
});

describe("machine-id", () => {
  test.each([["uninitialized\n"], [""], ["\n"]])("%j is none", (text) =>
    expect(found("machine-id-left", { "/etc/machine-id": text })).toEqual([]),
  );

  test("that of D-Bus counts, a link to the other one is the same", () => {
    const id = "4f2c1f6ad0a64d4c8d8a0b1c2d3e4f50\n";
    expect(found("machine-id-left", { "/var/lib/dbus/machine-id": id })).toHaveLength(1);
    const linked = { "/etc/machine-id": id, "/var/lib/dbus/machine-id": "-> /etc/machine-id\n" };
    expect(found("machine-id-left", linked)[0]?.message).not.toContain("dbus");
  });
});

test("a network file of somebody else is not cloud-init's leftover", () => {
  const files = {
    "/etc/sysconfig/network-scripts/ifcfg-eth0": "DEVICE=eth0\nHWADDR=52:54:00:12:34:56\n",
    "/etc/sysconfig/network-scripts/ifcfg-eth1":
      "# Created by cloud-init automatically, do not edit.\n#\nDEVICE=eth1\nHWADDR=52:54:00:12:34:57\n",
  };
  const [finding, ...more] = found("network-file-left", files);
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ cause: { path: "/etc/sysconfig/network-scripts/ifcfg-eth1", line: 4 } });
  expect(finding?.message).not.toContain("ifcfg-eth0");
});

test("a network file that the boot writes again is no leftover", () => {
  const seed = {
    "/var/lib/cloud/seed/nocloud/meta-data": "instance-id: a\n",
    "/var/lib/cloud/seed/nocloud/user-data": "",
  };
  const path = "/etc/network/interfaces.d/50-cloud-init";
  const left = { [path]: "auto eth9\niface eth9 inet static\n    address 10.0.0.9/24\n" };
  const config = "version: 2\nethernets:\n  eth0: {dhcp4: true}\n";
  const again = { ...left, ...seed, "/var/lib/cloud/seed/nocloud/network-config": config };
  expect(found("network-file-left", again)).toEqual([]);
  const off = { ...left, "/etc/cloud/cloud.cfg.d/99.cfg": "network: {config: disabled}\n" };
  expect(found("network-file-left", off)).toHaveLength(1);
});

test("leases: an empty file is none", () => {
  expect(found("dhcp-lease-left", { "/var/lib/dhcp/dhclient.leases": "" })).toEqual([]);
  expect(
    found("dhcp-lease-left", { "/var/lib/NetworkManager/internal-1-eth0.lease": "ADDRESS=10.0.0.9\n" }),
  ).toHaveLength(1);
});

describe("host keys", () => {
  const keys = { "/etc/ssh/ssh_host_rsa_key": KEY, "/etc/cloud/cloud.cfg.d/20.cfg": "ssh_deletekeys: false\n" };

  test("that stay are shared, whatever else is in the directory", () => {
    const [finding] = found("ssh-host-keys-shared", { ...keys, "/etc/ssh/ssh_host_rsa_key.pub": "ssh-rsa AAAA b\n" });
    expect(finding).toMatchObject({ severity: "warning", cause: { path: "/etc/cloud/cloud.cfg.d/20.cfg", line: 1 } });
    expect(finding?.message).not.toContain(".pub");
  });
});

test("a configuration that this program cannot read blames nothing on the boot", () => {
  const files = {
    "/etc/cloud/cloud.cfg": `a: ${"x ".repeat(4_000_000)}\n`,
    "/etc/ssh/ssh_host_rsa_key": KEY,
    "/etc/ssh/sshd_config.d/50-cloud-init.conf": "PasswordAuthentication yes\n",
  };
  const rules = resultOf(files).findings.map(({ rule }) => rule);
  expect(rules).not.toContain("ssh-host-keys-shared");
  expect(rules).not.toContain("sshd-drop-in-left");
});

describe("the datasource", () => {
  test.each([
    ["datasource_list: [ None ]\n", "/etc/cloud/cloud.cfg.d/90-a.cfg", 1],
    ["datasource_list: [ NoCloud, None ]\n", "/etc/cloud/cloud.cfg.d/99-installer.cfg", 1],
    ["datasource_list: [ NoCloud, None ]\n", "/etc/cloud/cloud.cfg.d/90-a.cfg", 0],
    ["datasource_list: []\n", "/etc/cloud/cloud.cfg.d/90-a.cfg", 0],
  ])("%j in %s", (config, path, count) => expect(found("datasource-pinned", { [path]: config })).toHaveLength(count));

  test("a later file gives the list back", () => {
    const files = {
      "/etc/cloud/cloud.cfg.d/90-installer.cfg": "datasource_list: [None]\n",
      "/etc/cloud/cloud.cfg.d/95-team.cfg": "datasource_list: [Ec2, None]\n",
    };
    expect(found("datasource-pinned", files)).toEqual([]);
  });

  test("other words of the command line do not pin it", () =>
    expect(found("datasource-pinned", { "/etc/default/grub": 'GRUB_CMDLINE_LINUX="ads=1 fields=ds"\n' })).toEqual([]));
});
