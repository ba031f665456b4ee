/** The launch that `verify` gives an image: other datasources, config drives and the data of an instance; and images of other families. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../../image/tree.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { type Ended, verifyWith } from "./verifyRoot.ts";

/** Runs `verify` on the root of a suite, with the files of a directory on top. */
const verify = (suite: string, words: readonly string[], custom = tree({ "opt/nothing": "" })) =>
  verifyWith(join(roots, suite), custom, ...words, "-f", "json");

interface Report {
  readonly agrees: boolean;
  readonly image: { readonly datasource: string };
  readonly changes: readonly { readonly path: string; readonly outcome: string }[];
}

/** A boot that came out as predicted. */
function asPredicted({ status, stdout, stderr }: Ended) {
  if (stdout === "") throw new Error(stderr);
  const { agrees, image, changes } = JSON.parse(stdout) as Report;
  expect(changes.filter(({ outcome }) => outcome !== "predicted")).toEqual([]);
  expect([status, agrees]).toEqual([0, true]);
  return { datasource: image.datasource, paths: changes.map(({ path }) => path), stderr };
}

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJuVPXNYp7Oz6mDFmu1Zf6bVQRPvDtdaDiDrcPHwBqUz a@b";
const drive = () =>
  tree({
    "openstack/latest/meta_data.json": JSON.stringify({
      uuid: "d8e02d56-2648-49a3-bf97-6be8f1204f38",
      hostname: "web7.example.com",
      public_keys: { own: KEY },
    }),
    "openstack/latest/user_data": "#cloud-config\ntimezone: Europe/Berlin\n",
  });

const needed = { ...realRoots, ...programs("unshare", "setpriv", "nsenter", "ip", "mount") };

describeReal("the launch of verify", needed, () => {
  test.each(["bullseye", "bookworm", "trixie", "sid"])("%s finds a config drive", (suite) => {
    const { datasource, paths, stderr } = asPredicted(verify(suite, ["--seed", drive()]));
    expect([datasource, stderr]).toEqual(["ConfigDrive", expect.not.stringContaining("warning")]);
    expect(paths).toEqual(expect.arrayContaining(["/etc/localtime", "/etc/hostname", "/root/.ssh/authorized_keys"]));
  });

  test("user-data take the place of those of the drive", () => {
    const userData = join(tree({ "user-data": "#cloud-config\nwrite_files: [{path: /etc/own}]\n" }), "user-data");
    const { paths } = asPredicted(verify("sid", ["--seed", drive(), "--user-data", userData]));
    expect(paths).toContain("/etc/own");
    expect(paths).not.toContain("/etc/localtime");
  });

  test("a datasource that the sandbox does not have is said", () => {
    expect(asPredicted(verify("sid", ["--datasource", "OpenStack", "--seed", drive()]))).toMatchObject({
      datasource: "ConfigDrive",
      stderr: expect.stringContaining("the launch is of OpenStack; it got ConfigDrive's data instead"),
    });
    expect(asPredicted(verify("bookworm", ["--datasource", "gce"]))).toMatchObject({
      datasource: "NoCloud",
      stderr: expect.stringContaining("the launch is of GCE; it got NoCloud's data instead"),
    });
    expect(asPredicted(verify("bullseye", ["--datasource", "None"]))).toMatchObject({
      datasource: "None",
      stderr: expect.not.stringContaining("warning"),
    });
  });

  test.each(["bullseye", "sid"])("%s gets the data of an instance", (suite) => {
    const data = (userdata: string) => ({
      ds: {
        meta_data: {
          "instance-id": "i-77",
          "local-hostname": "web77",
          "public-keys": [KEY],
          placement: { region: "eu-1" },
        },
      },
      userdata,
      vendordata: "",
      v1: { cloud_name: "aws", platform: "ec2", instance_id: "i-77", local_hostname: "web77" },
    });
    const text =
      "## template: jinja\n#cloud-config\nwrite_files: [{path: '/etc/{{ds.meta_data.placement.region}}', content: '{{v1.local_hostname}}'}]\n";
    const directory = tree({
      "whole.json": JSON.stringify(data(text)),
      "public.json": JSON.stringify(data("redacted for non-root user")),
    });
    const { datasource, paths, stderr } = asPredicted(
      verify(suite, ["--instance-data", join(directory, "whole.json")]),
    );
    expect(datasource).toBe("NoCloud");
    expect(stderr).toContain("the launch is of Ec2; it got NoCloud's data instead");
    expect(paths).toEqual(expect.arrayContaining(["/etc/eu-1", "/etc/hostname", "/root/.ssh/authorized_keys"]));
    const redacted = verify(suite, ["--instance-data", join(directory, "public.json")]);
    expect([redacted.status, redacted.stdout]).toEqual([2, ""]);
    expect(redacted.stderr).toContain(
      "its user-data are redacted; pass instance-data-sensitive.json, or add --user-data",
    );
  });

  test("other layouts are refused, and a drive cannot be saved", () => {
    const azure = tree({ "imds.json": "{}" });
    const refused = verify("sid", ["--seed", azure]);
    expect([refused.status, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain("in the layout of Azure; verify needs one in NoCloud layout");
    const saved = verify("sid", ["--seed", drive(), "--save", join(tree({}), "saved.tar.gz")]);
    expect([saved.status, saved.stderr]).toEqual([
      2,
      expect.stringContaining("a launch with a config drive cannot be saved"),
    ]);
  });
});

describeReal("verify on images of other families", { ...needed, ...programs("python3") }, () => {
  const seed = () =>
    tree({
      "meta-data": "instance-id: i-0001\nlocal-hostname: web1\n",
      "user-data": "#cloud-config\ntimezone: Asia/Tokyo\nusers: [default, {name: alice}]\n",
    });

  // bullseye's root has /bin, /sbin and /lib beside those of /usr.
  test.each(["bullseye", "sid"])("an image with an rpm database and SELinux labels, on %s", (suite) => {
    const custom = tree({
      "etc/cloud/cloud.cfg.d/20-rocky.cfg": "system_info: {distro: centos}\n",
      "etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n",
      "var/lib/rpm/rpmdb.sqlite": "",
      "usr/bin/rpm": "#!/bin/sh\n",
    });
    const label = `
import os, shutil, sys
custom, root = sys.argv[1:]
for name in ["passwd", "shadow", "group", "hostname"]:
    path = custom + "/etc/" + name
    if not os.path.exists(path):
        shutil.copy2(root + "/etc/" + name, path)
    os.setxattr(path, "security.selinux", b"system_u:object_r:etc_t:s0\\0")
`;
    const labelled = spawnSync("python3", ["-c", label, custom, join(roots, suite)], { encoding: "utf8" });
    expect(labelled.stderr).toBe("");
    const { paths } = asPredicted(verify(suite, ["--seed", seed()], custom));
    expect(paths).toEqual(expect.arrayContaining(["/etc/localtime", "/etc/passwd", "/etc/shadow"]));
  });
});
