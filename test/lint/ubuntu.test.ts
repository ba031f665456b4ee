import { describe, expect, test } from "vitest";
import { boot } from "../../src/boot/boot.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import { Overlay } from "../../src/image/overlay.ts";
import { lint } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { textAfter } from "../boot/firstBoot.ts";
import { exampleImage } from "./exampleImage.ts";

const D = "/etc/cloud/cloud.cfg.d";
const INSTALLER = `${D}/99-installer.cfg`;

/** What Ubuntu's installer leaves on the machine. */
function installed(userData = "ssh_pwauth: true", files: Record<string, string> = {}) {
  const lines = [
    "#cloud-config",
    "growpart: {mode: 'off'}",
    "locale: en_US.UTF-8",
    "preserve_hostname: true",
    "resize_rootfs: false",
    userData,
    "users:",
    "- {name: alice, gecos: Alice, groups: 'adm,sudo', lock_passwd: false, passwd: $6$salt$hash, shell: /bin/bash}",
    "",
  ];
  const content = {
    datasource: { None: { metadata: { "instance-id": "5f4dcc3b" }, userdata_raw: lines.join("\n") } },
  };
  const stock = exampleImage(
    {
      [INSTALLER]: `datasource: ${JSON.stringify(content.datasource)}\ndatasource_list:\n- None\n`,
      "/etc/cloud/ds-identify.cfg": "policy: enabled\n",
      [`${D}/curtin-preserve-sources.cfg`]: "apt:\n  preserve_sources_list: true\n",
      [NETWORK]: "network: {config: disabled}\n",
      [`${D}/20-disable-cc-dpkg-grub.cfg`]: "grub_dpkg:\n  enabled: false\n",
      [NETPLAN]:
        "# This is the network config written by 'subiquity'\nnetwork:\n  ethernets:\n    ens3:\n      dhcp4: true\n  version: 2\n",
      "/etc/hostname": "web-1\n",
      [`${D}/90_dpkg.cfg`]: "# written by the package\ndatasource_list: [ NoCloud, Azure, Ec2, None ]\n",
      ...files,
    },
    "ubuntu-24.04",
  );
  const image = new Overlay(stock);
  const blame = { module: "", cause: { path: "/", line: 1, column: 1 } };
  const without = Object.entries(files).flatMap(([path, text]) => (text === GONE ? [path] : []));
  for (const path of [...OF_CLOUD_IMAGES, ...without]) image.remove(path, blame);
  image.write("/etc/cloud/clean.d/99-installer", CLEAN, blame, { mode: 0o755 });
  return image;
}

/** A file that somebody deleted. */
const GONE = "";

/** Files of cloud images that installed machines do not have. */
const OF_CLOUD_IMAGES = ["/etc/cloud/build.info", "/etc/ssh/sshd_config.d/60-cloudimg-settings.conf"];

const NETWORK = `${D}/subiquity-disable-cloudinit-networking.cfg`;
const MARKER = "/etc/cloud/cloud-init.disabled";
const NETPLAN = "/etc/netplan/00-installer-config.yaml";

/** Since 22.04.1 `cloud-init clean` runs a script of the installer's. */
const CLEAN = `#!/usr/bin/env python3
import os

for name in ["${INSTALLER}", "${NETWORK}", "${MARKER}", "/etc/cloud/ds-identify.cfg", "${NETPLAN}"]:
    if os.path.exists(name):
        os.remove(name)
`;

function findings(...args: Parameters<typeof installed>) {
  const image = installed(...args);
  return lint(image, { distro: detectDistro(image), rules: catalogue });
}

const loud = (...args: Parameters<typeof installed>) =>
  findings(...args).findings.filter(({ severity }) => severity !== "info");

const told = (...args: Parameters<typeof installed>) =>
  loud(...args).map(({ rule, cause }) => `${rule} ${cause?.path}:${cause?.line}`);

test("a machine that Ubuntu's installer made: it is tied to no datasource, and nothing else", () => {
  expect(told()).toEqual([`datasource-pinned ${INSTALLER}:2`]);
});

test("keys of an older release in the installer's user-data are nobody's work", () => {
  expect(told("ubuntu_advantage: {token: C1abcdef}")).toEqual([`datasource-pinned ${INSTALLER}:2`]);
  expect(told("ssh_pwauht: true")).toContain(`schema-key-unknown ${INSTALLER}:1`);
});

test("its first boot takes what the installer says", () => {
  const image = installed();
  const result = boot(image, { distro: detectDistro(image) });
  expect(result.cloud).toMatchObject({ datasource: "None" });
  expect(textAfter(result, "/etc/passwd")).toContain("alice:");
  expect(textAfter(result, "/etc/passwd")).not.toContain("ubuntu:");
  expect(textAfter(result, "/etc/hostname")).toBe("web-1\n");
});

test("it turns passwords on again", () => {
  const files = { "/etc/ssh/sshd_config": "PasswordAuthentication no\n" };
  expect(told("ssh_pwauth: true", files)).toContain(`sshd-setting-overwritten ${INSTALLER}:1`);
});

test("code frames and fixes know that the user-data is only a part of the file", () => {
  const result = findings("ssh_pwauht: true");
  const found = result.findings.find(({ rule }) => rule === "schema-key-unknown");
  expect(found?.cause).toMatchObject({ path: INSTALLER, line: 1 });
  expect(found?.proveFix()).toBeNull();
  expect(result.texts(INSTALLER).before).toMatch(/^datasource: .*\ndatasource_list:\n- None\n$/);
});

describe("a golden image that was made from an installed machine", () => {
  const CLEANED = 'Run "cloud-init clean --logs" before the snapshot.';
  const DS_IDENTIFY = "/etc/cloud/ds-identify.cfg";

  test("the message names what the installer left, and what deletes it", () => {
    const [pinned] = loud();
    expect(pinned?.message).toContain(`An installer wrote ${INSTALLER}. It also wrote ${NETWORK}, so instances ignore`);
    expect(pinned?.message).toMatch(CLEANED);
    // After the first boot.
    const [disabled, ...others] = loud("ssh_pwauth: true", {
      [MARKER]: "Off after the first boot.\n",
      "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000:Alice:/home/alice:/bin/bash\n",
      "/etc/shadow": "root:*:20000:0:99999:7:::\nalice:$6$salt$hash:20000:0:99999:7:::\n",
      "/etc/group": "root:x:0:\nsudo:x:27:alice\nalice:x:1000:\n",
    });
    expect(disabled).toMatchObject({ rule: "cloud-init-disabled", cause: { path: MARKER } });
    expect(disabled?.message).toContain("The installer of the machine turns cloud-init off after the first boot.");
    expect(disabled?.message).toContain(CLEANED);
    expect(others.map(({ rule }) => rule)).toEqual(["datasource-pinned"]);
  });

  test.each([
    [
      "the network",
      { [INSTALLER]: GONE },
      `${NETWORK}:1`,
      "use the one of the machine that was installed (ens3 with DHCP",
    ],
    ["no netplan file", { [INSTALLER]: GONE, [NETPLAN]: GONE }, `${NETWORK}:1`, "use no configuration."],
    [
      "the network in cloud-init's configuration",
      {
        [INSTALLER]: GONE,
        [NETWORK]: GONE,
        [`${D}/90-installer-network.cfg`]: "network:\n  version: 2\n  ethernets: {ens3: {dhcp4: true}}\n",
      },
      `${D}/90-installer-network.cfg:1`,
      "Instances use it instead of the one that their cloud assigns.",
    ],
    [
      "the network as MAAS writes it",
      {
        [INSTALLER]: GONE,
        [NETWORK]: GONE,
        [`${D}/50-curtin-networking.cfg`]:
          "network:\n  config:\n  - {id: ens3, name: ens3, type: physical, subnets: [{type: dhcp4}]}\n  version: 1\n",
      },
      `${D}/50-curtin-networking.cfg:1`,
      "Instances use it instead of the one that their cloud assigns.",
    ],
  ])("%s of the installed machine stays", (_, files, cause, message) => {
    const found = loud("ssh_pwauth: true", files);
    expect(found.map(({ rule, cause }) => `${rule} ${cause?.path}:${cause?.line}`)).toEqual([
      `installer-network-left ${cause}`,
    ]);
    expect(found[0]).toMatchObject({ severity: "warning", confidence: "likely" });
    expect(found[0]?.message).toContain(message);
  });

  test.each([
    ["without the installer's files", { [INSTALLER]: GONE, [NETWORK]: GONE, [DS_IDENTIFY]: GONE }],
    ["with ds-identify turned off, as every datasource is tried", { [INSTALLER]: GONE, [NETWORK]: GONE }],
    [
      "with another list behind the installer's",
      { [`${D}/99-pve.cfg`]: "datasource_list: [NoCloud, ConfigDrive]\n", [NETWORK]: GONE },
    ],
    ["with a list that ds-identify does not read", { [DS_IDENTIFY]: GONE, [NETWORK]: GONE }],
    [
      "with a network of its own",
      {
        [INSTALLER]: GONE,
        [NETPLAN]: GONE,
        "/etc/netplan/10-lan.yaml": "network:\n  version: 2\n  ethernets: {ens3: {dhcp4: true}}\n",
      },
    ],
  ])("%s: nothing to say", (_, files) => {
    expect(told("ssh_pwauth: true", files)).toEqual([]);
  });

  test("a list that ds-identify does not read leaves the launch its datasource", () => {
    const image = installed("ssh_pwauth: true", { [DS_IDENTIFY]: GONE });
    expect(boot(image, { distro: detectDistro(image) }).cloud.datasource).toBe(undefined);
  });
});
