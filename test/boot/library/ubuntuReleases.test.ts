import { expect, test } from "vitest";
import { boot } from "../../../src/boot/boot.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import { accountFiles, library } from "../firstBoot.ts";

const CLOUD_CFG = `cloud_init_modules: []
cloud_config_modules: [apt_configure, set_passwords]
cloud_final_modules: []
system_info: {distro: ubuntu, network: {renderers: [netplan]}}
apt: {preserve_sources_list: false}
chpasswd: {expire: true, users: [{name: root, password: $6$x$y}]}
`;
const TEMPLATE = "## template:jinja\n";
const SOURCES = "/etc/apt/sources.list.d/ubuntu.sources";

/** What a first boot on a release of Ubuntu does: how it writes apt's sources, who may read its network, whether a hash expires. */
function behaviour(release: string, version: string, features?: string) {
  const image = memoryImage({
    ...accountFiles,
    "/etc/os-release": `ID=ubuntu\nVERSION_ID="${release}"\nVERSION_CODENAME=name\n`,
    "/var/lib/dpkg/status": `Package: cloud-init\nStatus: install ok installed\nVersion: ${version}-0ubuntu1\n`,
    "/etc/cloud/cloud.cfg": CLOUD_CFG,
    "/etc/cloud/templates/sources.list.ubuntu.tmpl": `${TEMPLATE}deb {{mirror}} {{codename}} main\n`,
    "/etc/cloud/templates/sources.list.ubuntu.deb822.tmpl": `${TEMPLATE}Types: deb\nURIs: {{mirror}}\nSuites: {{codename}}\n`,
    "/usr/sbin/netplan": { mode: 0o755 },
    ...(features === undefined ? {} : { [`${library}/features.py`]: features }),
  });
  const { after } = boot(image, { distro: detectDistro(image) });
  return {
    deb822: after.stat(SOURCES) !== undefined,
    network: after.stat("/etc/netplan/50-cloud-init.yaml")?.mode.toString(8),
    expires: /^root:[^:]*:0:/m.test(after.read("/etc/shadow")?.toString() ?? ""),
  };
}

test("without the library a release of Ubuntu keeps what its first cloud-init did", () => {
  expect(behaviour("20.04", "25.1")).toEqual({ deb822: false, network: "644", expires: false });
  expect(behaviour("22.04", "26.1")).toEqual({ deb822: false, network: "600", expires: false });
  expect(behaviour("24.04", "26.1")).toEqual({ deb822: true, network: "600", expires: true });
  expect(behaviour("26.04", "26.2")).toEqual({ deb822: true, network: "600", expires: true });
  // A release that people upgraded halfway is as old as its cloud-init.
  expect(behaviour("24.04", "22.1")).toEqual({ deb822: false, network: "644", expires: false });
});

test("the library rules over the release", () => {
  const flags = (value: string) =>
    ["APT_DEB822_SOURCE_LIST_FILE", "NETPLAN_CONFIG_ROOT_READ_ONLY", "EXPIRE_APPLIES_TO_HASHED_USERS"]
      .map((name) => `${name} = ${value}\n`)
      .join("");
  expect(behaviour("20.04", "25.1", flags("True"))).toEqual({ deb822: true, network: "600", expires: true });
  expect(behaviour("26.04", "26.2", flags("False"))).toEqual({ deb822: false, network: "644", expires: false });
});
