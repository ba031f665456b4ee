import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { lint } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import type { Packages } from "../../src/packages/packages.ts";
import { oneOf } from "../samples.ts";
import { STOCK_CONFIGURATIONS, type StockConfiguration } from "./stockFacts.ts";

const CLOUD_CFG = "/etc/cloud/cloud.cfg";

/** What is done to the file: nothing, or something that changes no module. */
const EDITS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `${text}# Edited by the team.\n`,
  (text) => text.replace("\n", "\n\n"),
  (text) => text.replace(/"gecos":"[^"]*"/, '"gecos":"Operator"'),
];

/**
 * Who owns the files. "none": no line is known to be shipped. "shipped": the database has the files' digests.
 * "protected": --protect makes all of it somebody's own.
 */
const OWNERS = ["none", "shipped", "protected"] as const;

const CASES = EDITS.flatMap((edit) =>
  OWNERS.flatMap((owner) => [true, false].map((hasLibrary) => ({ edit, owner, hasLibrary }))),
);

/** In the unit tests each file is tried in one of the ways, and each way with files of several distributions. */
const TRIED = STOCK_CONFIGURATIONS.map((stock, index) => {
  const first = (index * 5) % CASES.length;
  return { stock, cases: oneOf(CASES.length, [...CASES.slice(first), ...CASES.slice(0, first)]) };
});

test.each(TRIED)("the stock cloud.cfg of $stock.id $stock.release with cloud-init $stock.version", (tried) => {
  const { stock, cases } = tried;
  const files = filesOf(stock);
  for (const { edit, owner, hasLibrary } of cases) {
    const image = memoryImage({
      ...systemOf(stock, hasLibrary),
      ...files,
      [CLOUD_CFG]: edit(files[CLOUD_CFG]!),
    });
    const detected = detectDistro(image);
    const distro = owner === "shipped" ? { ...detected, packages: packagesOf(files, stock) } : detected;
    const options = { distro, rules: catalogue, protect: owner === "protected" ? ["/etc/cloud/**"] : [] };
    const found = lint(image, options).findings.filter(({ severity }) => severity !== "info");
    expect(
      found.map(({ rule, message }) => `${rule}: ${message}`),
      `edit ${EDITS.indexOf(edit)}, ${owner}, ${hasLibrary ? "with" : "without"} a library`,
    ).toEqual([]);
  }
});

/** cloud.cfg and the files beside it. */
function filesOf({ distro, keys, lists, user = {}, system = {}, dropIns = {} }: StockConfiguration) {
  const [init, config, final] = lists;
  const content = {
    users: ["default"],
    preserve_hostname: false,
    ...keys,
    cloud_init_modules: init,
    cloud_config_modules: config,
    cloud_final_modules: final,
    system_info: {
      distro,
      default_user: {
        name: distro.toLowerCase(),
        lock_passwd: true,
        gecos: "Cloud User",
        sudo: ["ALL=(ALL) NOPASSWD:ALL"],
        shell: "/bin/bash",
        ...user,
      },
      paths: { cloud_dir: "/var/lib/cloud/", templates_dir: "/etc/cloud/templates/" },
      ssh_svcname: "sshd",
      ...system,
    },
  };
  const yaml = (value: object) =>
    Object.entries(value)
      .map(([key, one]) => `${key}: ${JSON.stringify(one)}\n`)
      .join("");
  const beside = Object.entries(dropIns).map(([name, value]) => [`/etc/cloud/cloud.cfg.d/${name}.cfg`, yaml(value)]);
  return { [CLOUD_CFG]: yaml(content), ...Object.fromEntries(beside) } as Record<string, string>;
}

const PROGRAM = { content: "#!/bin/sh\n", mode: 0o755 };
const IFUP = { "/usr/sbin/ifup": PROGRAM, "/usr/sbin/ifdown": PROGRAM };
const NETWORKD = { "/usr/sbin/ip": PROGRAM, "/usr/bin/systemctl": PROGRAM };
const SCRIPTS = { ...IFUP, "/etc/sysconfig/network-scripts/network-functions": "" };
const NETWORK_MANAGER = {
  "/usr/bin/nmcli": PROGRAM,
  "/etc/NetworkManager/NetworkManager.conf": "[main]\n",
  "/etc/systemd/system/multi-user.target.wants/NetworkManager.service": {
    link: "/usr/lib/systemd/system/NetworkManager.service",
  },
};

/** The network's programs by os-release, as the distribution's images have them. */
const NETWORKS: readonly (readonly [RegExp, Readonly<Record<string, MemoryFile>>])[] = [
  [/^alpine/, { ...IFUP, "/usr/sbin/ifquery": PROGRAM, "/etc/network/interfaces": "auto lo\n" }],
  [/^(debian|ubuntu)/, { "/usr/sbin/netplan": PROGRAM }],
  [
    /^(sles|sles_sap|opensuse-leap|sle-micro) 15/,
    { ...IFUP, "/etc/sysconfig/network/scripts/functions.netconfig": "" },
  ],
  [/^(amzn 2018|amzn 2$|(rhel|centos|ol|rocky|almalinux) [78]|openEuler)/, SCRIPTS],
  [/^(amzn|arch|aosc|gentoo|photon|mariner|azurelinux)/, NETWORKD],
];

/** The rest of the system. */
function systemOf({ id, release, version }: StockConfiguration, hasLibrary: boolean): Record<string, MemoryFile> {
  const network = NETWORKS.find(([pattern]) => pattern.test(`${id} ${release}`))?.[1] ?? NETWORK_MANAGER;
  const python = /^(debian|ubuntu)$/.test(id) ? "python3/dist-packages" : "python3.9/site-packages";
  return {
    "/bin": { link: "usr/bin" },
    "/etc/os-release": `ID="${id}"\nVERSION_ID="${release}"\n`,
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsyslog:x:100:4:::\n",
    "/etc/group": "root:x:0:\nadm:x:4:\nwheel:x:10:\n",
    "/etc/shadow": "root:*:20000:0:99999:7:::\n",
    "/etc/fstab": "LABEL=/ / xfs defaults 0 0\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/ssh/sshd_config": "UsePAM yes\n",
    "/etc/sudoers": "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n",
    "/usr/bin/sudo": { content: "sudo", mode: 0o4755 },
    ...(id === "alpine" ? { "/usr/bin/doas": { content: "doas", mode: 0o4755 } } : systemd(id, release)),
    ...network,
    ...(hasLibrary
      ? { [`/usr/lib/${python}/cloudinit/version.py`]: `__VERSION__ = "${version}"\n` }
      : { "/usr/bin/cloud-init": PROGRAM }),
  };
}

function systemd(id: string, release: string): Record<string, MemoryFile> {
  return id === "amzn" && release.startsWith("2018") ? {} : { "/usr/lib/systemd/systemd": PROGRAM };
}

/** A database in which cloud-init's package has installed these files. */
function packagesOf(files: Readonly<Record<string, string>>, { version }: StockConfiguration): Packages {
  const names: Readonly<Record<string, string>> = { "cloud-init": `${version}-1`, sudo: "1.9", doas: "6.8" };
  return {
    kind: "rpm",
    version: (name) => names[name],
    owner: (path) => (Object.hasOwn(files, path) ? "cloud-init" : undefined),
    shipped: (path) =>
      Object.hasOwn(files, path)
        ? {
            package: "cloud-init",
            algorithm: "sha256",
            digest: createHash("sha256").update(files[path]!).digest("hex"),
            config: true,
          }
        : undefined,
  };
}
