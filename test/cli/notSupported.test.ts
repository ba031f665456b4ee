import { describe, expect, test } from "vitest";
import { tree } from "../image/tree.ts";
import { run } from "./run.ts";

const CLOUD_CFG = "cloud_init_modules: [set_hostname]\nsystem_info: {distro: ubuntu}\n";

/** What the lint of such a tree says on standard error; its status is 3. */
async function refused(files: Parameters<typeof tree>[0]): Promise<string> {
  const { out, err, status } = await run(tree(files));
  expect({ out, status }).toEqual({ out: "", status: 3 });
  return err;
}

test("an image of a distribution without cloud-init: status 3 and why", async () => {
  const err = await refused({ "etc/os-release": "ID=flatcar\nVERSION_ID=4081.2.0\n" });
  expect(err).toContain("not supported: Flatcar runs Ignition and coreos-cloudinit, and no cloud-init found");
});

describe("a system that cloud-init configures, but not as it does Linux", () => {
  test.each([
    ["FreeBSD", { "etc/os-release": "ID=freebsd\n", "etc/cloud/cloud.cfg": CLOUD_CFG, "usr/bin/cloud-init": "" }],
    ["FreeBSD", { "etc/os-release": "ID=opnsense\nID_LIKE=freebsd\n", "usr/local/etc/cloud/cloud.cfg": "" }],
    ["FreeBSD", { "bin/freebsd-version": "", "etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["FreeBSD", { "bin/freebsd-version": "", "etc/os-release": { link: "../var/run/os-release" } }],
    ["FreeBSD", { "etc/cloud/cloud.cfg": CLOUD_CFG.replace("ubuntu", "freebsd"), "etc/rc.conf": "" }],
    ["FreeBSD", { "usr/local/etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["DragonFly BSD", { "etc/os-release": "ID=dragonfly\n", "etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["OpenBSD", { bsd: "", "etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["OpenBSD", { "etc/myname": "a.internal\n", "etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["NetBSD", { netbsd: "", "etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["BSD", { "etc/master.passwd": "", "etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["illumos", { "etc/os-release": "ID=omnios\n", "etc/cloud/cloud.cfg": CLOUD_CFG }],
    ["macOS", { "System/Library/CoreServices/SystemVersion.plist": "" }],
    ["Windows", { "WINDOWS/System32/cmd.exe": "" }],
    ["Windows", { "Program Files/Cloudbase Solutions/Cloudbase-Init/conf/cloudbase-init.conf": "" }],
  ])("%s: %j", async (name, files) => {
    const err = await refused(files as Parameters<typeof tree>[0]);
    expect(err).toMatch(new RegExp(`not supported: .*${name}.*only Linux images can be linted`));
  });

  test("plan and config refuse it too", async () => {
    const root = tree({ "etc/os-release": "ID=freebsd\n", "etc/cloud/cloud.cfg": CLOUD_CFG });
    for (const command of ["plan", "config"]) expect((await run(command, root)).status).toBe(3);
  });
});

test.each([
  ["Bottlerocket", "ID=bottlerocket\n"],
  ["Talos", "ID=talos\n"],
  ["Fedora CoreOS", "ID=fedora\nVARIANT_ID=coreos\n"],
  ["Red Hat CoreOS", "ID=rhcos\n"],
  ["Flatcar", "ID=flatcar\n"],
])("%s with a configuration for cloud-init, which it does not have", async (name, release) => {
  const err = await refused({ "etc/os-release": release, "etc/cloud/cloud.cfg": CLOUD_CFG });
  expect(err).toMatch(new RegExp(`not supported: ${name} .*, not cloud-init`));
});

test.each([
  { "etc/os-release": "ID=debian\n", "etc/master.passwd": "", bsd: "", "usr/local/etc/cloud/cloud.cfg": "" },
  { "etc/os-release": "ID=flatcar\n", "usr/bin/cloud-init": "" },
  { "etc/debian_version": "6.0\n", "etc/myname": "" },
  { "etc/redhat-release": "CentOS release 6.10\n", netbsd: "" },
  { "etc/os-release": "ID=ubuntu\n", "Program Files/Cloudbase Solutions/x": "" },
  { "etc/os-release": "ID=alpine\n", "etc/rc.conf": "", "etc/cloud/cloud.cfg": CLOUD_CFG.replace("ubuntu", "freebsd") },
])("Linux is taken for Linux: %j", async (files) => {
  const { status, err } = await run(tree({ "etc/cloud/cloud.cfg": CLOUD_CFG, ...files }), "--fail-on", "never");
  expect(status).toBe(0);
  expect(err).not.toContain("not supported");
});
