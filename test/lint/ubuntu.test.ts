import { expect, test } from "vitest";
import { boot } from "../../src/boot/boot.ts";
import { detectDistro } from "../../src/distro/detect.ts";
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
  return exampleImage(
    {
      [INSTALLER]: `datasource: ${JSON.stringify(content.datasource)}\ndatasource_list:\n- None\n`,
      "/etc/cloud/ds-identify.cfg": "policy: enabled\n",
      [`${D}/90_dpkg.cfg`]: "# written by the package\ndatasource_list: [ NoCloud, Azure, Ec2, None ]\n",
      [`${D}/curtin-preserve-sources.cfg`]: "apt:\n  preserve_sources_list: true\n",
      [`${D}/subiquity-disable-cloudinit-networking.cfg`]: "network: {config: disabled}\n",
      [`${D}/20-disable-cc-dpkg-grub.cfg`]: "grub_dpkg:\n  enabled: false\n",
      "/etc/netplan/00-installer-config.yaml":
        "# This is the network config written by 'subiquity'\nnetwork:\n  ethernets:\n    ens3:\n      dhcp4: true\n  version: 2\n",
      "/etc/hostname": "web-1\n",
      ...files,
    },
    "ubuntu-24.04",
  );
}

function findings(...args: Parameters<typeof installed>) {
  const image = installed(...args);
  return lint(image, { distro: detectDistro(image), rules: catalogue });
}

const told = (...args: Parameters<typeof installed>) =>
  findings(...args)
    .findings.filter(({ severity }) => severity !== "info")
    .map(({ rule, cause }) => `${rule} ${cause?.path}:${cause?.line}`);

test("a machine that Ubuntu's installer made: it is tied to no datasource, and nothing else", () => {
  expect(told()).toEqual([`datasource-pinned ${INSTALLER}:2`]);
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
