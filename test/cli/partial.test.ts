import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openDirectory } from "../../src/image/directory.ts";
import { copyFixture, fixtureNames } from "../fixtures/fixtureImages.ts";
import { tarball } from "../image/tarball.ts";
import { tree } from "../image/tree.ts";
import { oneOf } from "../samples.ts";
import { run } from "./run.ts";

interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly confidence: string;
  readonly cause: { readonly path: string };
}

/** The findings of a lint, its status and what it says on standard error. */
async function lint(root: string): Promise<{ status: number; err: string; findings: Found[] }> {
  const { status, out, err } = await run(root, "-f", "json", "--fail-on", "never");
  return { status, err, findings: JSON.parse(out).images[0].findings };
}

const CLOUD_CFG = `users: [default]
preserve_hostname: false
cloud_init_modules: [set_hostname, update_hostname, ssh]
cloud_config_modules: [set_passwords]
cloud_final_modules: []
system_info: {distro: ubuntu, default_user: {name: ubuntu}}
`;
const NOTICE =
  /^\S+: warning: this is part of a system, without programs, .*: no finding that depends on them is certain/;

const copies: string[] = [];
afterEach(() => {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
});

/** A copy of one directory of a stock image. */
function copyOf(fixture: string, directory: string): string {
  const root = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  copies.push(root);
  mkdirSync(join(root, directory), { recursive: true });
  copyFixture(fixture, root, directory);
  return root;
}

describe("a checkout of /etc", () => {
  test.each(oneOf(26, fixtureNames))("%s: it is said once, and nothing is certain", async (fixture) => {
    const { err, findings } = await lint(copyOf(fixture, "etc"));
    expect(err.trim().split("\n")).toEqual([expect.stringMatching(NOTICE)]);
    expect(findings.filter(({ confidence }) => confidence === "certain")).toEqual([]);
    // What is stock is no error and no warning, whatever is missing.
    if (!fixture.endsWith("-hardened")) expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    else expect(findings.length).toBeGreaterThan(0);
  });

  test("only /etc/cloud of it, and without accounts", async () => {
    const { err, findings } = await lint(copyOf("ubuntu-24.04", "etc/cloud"));
    expect(err).toMatch(/a package database, \/etc\/passwd or \/etc\/os-release/);
    expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  test("a file of cloud-init's network is not said to stay, for want of the programs that configure networks", async () => {
    const netplan = "network:\n  ethernets:\n    eth0: {match: {macaddress: 52:54:00:12:34:56}}\n";
    const files = { "etc/cloud/cloud.cfg": CLOUD_CFG, "etc/netplan/50-cloud-init.yaml": netplan };
    const of = ({ findings }: { findings: Found[] }) =>
      findings
        .filter(({ rule }) => rule === "network-file-left")
        .map(({ severity, confidence }) => [severity, confidence]);
    expect(of(await lint(tree(files)))).toEqual([["info", "possible"]]);
    const off = { "etc/cloud/cloud.cfg.d/99-off.cfg": "network: {config: disabled}\n" };
    expect(of(await lint(tree({ ...files, ...off })))).toEqual([["warning", "likely"]]);
  });

  test("nor does a list of renderers lack all programs there", async () => {
    const renderers = { "etc/cloud/cloud.cfg.d/20-team.cfg": "system_info: {network: {renderers: [netplan]}}\n" };
    const { findings } = await lint(tree({ "etc/cloud/cloud.cfg": CLOUD_CFG, ...renderers }));
    expect(findings.filter(({ rule }) => rule === "network-configuration-not-read")).toEqual([
      expect.objectContaining({ severity: "info", confidence: "possible" }),
    ]);
  });

  test("nor is a host key missing for want of a unit that makes it", async () => {
    const files = { "etc/cloud/cloud.cfg": `${CLOUD_CFG}ssh_genkeytypes: []\n`, "etc/ssh/sshd_config": "Port 22\n" };
    const { findings } = await lint(tree(files));
    expect(findings.filter(({ rule }) => rule === "ssh-host-keys-missing")).toEqual([
      expect.objectContaining({ severity: "info", confidence: "possible" }),
    ]);
  });

  test("what is wrong with YAML itself stays certain", async () => {
    const files = { "etc/cloud/cloud.cfg": CLOUD_CFG, "etc/cloud/cloud.cfg.d/9.cfg": "timezone: UTC\ntimezone: CET\n" };
    const { findings } = await lint(tree(files));
    expect(findings.find(({ rule }) => rule === "config-key-duplicate")).toMatchObject({ confidence: "certain" });
  });

  test("plan and config say it too", async () => {
    const root = tree({ "etc/cloud/cloud.cfg": CLOUD_CFG });
    for (const command of ["plan", "config"]) expect((await run(command, root)).err).toMatch(NOTICE);
  });
});

describe("an archive", () => {
  const archive = (files: Readonly<Record<string, string>>): string => {
    const root = tree({});
    const entries = Object.entries(files).map(([name, content]) => ({ name, content }));
    writeFileSync(join(root, "etc.tar"), tarball(entries));
    return join(root, "etc.tar");
  };

  test("of /etc: it is said once, whatever else is not in it", async () => {
    const { status, err, findings } = await lint(
      archive({
        "etc/cloud/cloud.cfg": CLOUD_CFG,
        "etc/cloud/cloud.cfg.d/90-a.cfg": "write_files: [{path: /srv/a/b, content: c}]\n",
        "etc/passwd": "deploy:x:1000:1000::/srv/deploy:/bin/sh\n",
        "etc/shadow": "deploy:!::::::\n",
        "etc/hostname": "b\n",
      }),
    );
    expect([status, err.trim().split("\n")]).toEqual([0, [expect.stringMatching(NOTICE)]]);
    expect(findings.map(({ rule }) => rule)).toContain("hostname-reset");
  });

  test("of what is in /etc: where to put it", async () => {
    const { status, err } = await run(archive({ "cloud/cloud.cfg": CLOUD_CFG, passwd: "" }));
    expect(status).toBe(3);
    expect(err).toContain("this looks like /etc itself, not the root directory that contains it: put it in etc/ below");
  });
});

describe("files that a build copies into an image", () => {
  test("drop-ins alone are checked for what they hold, not for the modules that read them", async () => {
    const root = tree({
      "etc/cloud/cloud.cfg.d/90-app.cfg": "runcmd: [a]\npakages: [vim]\nhostname: a\n",
      "etc/cloud/cloud.cfg.d/91-bad.cfg": "a: [\n",
      "etc/hostname": "b\n",
    });
    const { status, err, findings } = await lint(root);
    expect(status).toBe(0);
    expect(err).toMatch(/or \/etc\/cloud\/cloud\.cfg: no finding/);
    expect(findings.map(({ rule, cause }) => [rule, cause.path])).toEqual([
      ["config-file-ignored", "/etc/cloud/cloud.cfg.d/91-bad.cfg"],
      ["schema-key-unknown", "/etc/cloud/cloud.cfg.d/90-app.cfg"],
    ]);
    const { out } = await run(root);
    expect(out).not.toContain("module");
  });

  test("a program among them does not make a system of them", async () => {
    const { err } = await lint(tree({ "etc/cloud/cloud.cfg": CLOUD_CFG, "usr/bin/app": "" }));
    expect(err).toMatch(NOTICE);
  });

  test("without any configuration there is nothing to lint", async () => {
    expect((await run(tree({ "etc/hostname": "a\n" }))).status).toBe(3);
  });
});

describe("cloud-init is disabled there as elsewhere", () => {
  const mask = { link: "/dev/null" };
  const units = (...names: string[]) => Object.fromEntries(names.map((name) => [`etc/systemd/system/${name}`, mask]));
  test.each([
    ["the marker", { "etc/cloud/cloud-init.disabled": "" }, "/etc/cloud/cloud-init.disabled"],
    ["the command line", { "etc/default/grub": 'GRUB_CMDLINE_LINUX="cloud-init=disabled"\n' }, "/etc/default/grub"],
    ["the command line", { "etc/kernel/cmdline": "root=/dev/vda1 cloud-init=disabled\n" }, "/etc/kernel/cmdline"],
    ["the policy", { "etc/cloud/ds-identify.cfg": "policy: disabled\n" }, "/etc/cloud/ds-identify.cfg"],
    ["the target", units("cloud-init.target"), "/etc/systemd/system/cloud-init.target"],
    ["the main unit", units("cloud-init-main.service"), "/etc/systemd/system/cloud-init-main.service"],
    [
      "the generator",
      { "etc/systemd/system-generators/cloud-init-generator": mask },
      "/etc/systemd/system-generators/cloud-init-generator",
    ],
    [
      "all stages",
      units("cloud-init-local.service", "cloud-init.service", "cloud-config.service", "cloud-final.service"),
      "/etc/systemd/system/cloud-init-local.service",
    ],
    [
      "OpenRC",
      { "etc/runlevels/boot/sshd": "", "etc/init.d/cloud-init-local": "#!/sbin/openrc-run\n" },
      "/etc/runlevels",
    ],
  ])("%s: %j", async (_what, files, path) => {
    const { err, findings } = await lint(tree({ "etc/cloud/cloud.cfg": CLOUD_CFG, "etc/hostname": "b\n", ...files }));
    expect(err).toMatch(NOTICE);
    expect(findings.map(({ rule, cause }) => [rule, cause.path])).toEqual([["cloud-init-disabled", path]]);
  });

  test("the marker alone, and what does not disable it", async () => {
    const alone = await lint(tree({ "etc/cloud/cloud-init.disabled": "" }));
    expect(alone.findings.map(({ rule }) => rule)).toEqual(["cloud-init-disabled"]);
    const masked = { "etc/cloud/cloud.cfg": CLOUD_CFG, ...units("cloud-final.service") };
    expect((await lint(tree(masked))).findings.map(({ rule }) => rule)).not.toContain("cloud-init-disabled");
  });
});

describe("a directory below the root", () => {
  /** What is said of a directory of a tree that is given in place of its root. */
  const said = async (files: Parameters<typeof tree>[0], given: string): Promise<string> => {
    const root = tree(files);
    const { status, err } = await run(join(root, given));
    expect(status).toBe(3);
    return err.replaceAll(openDirectory(root).source, "ROOT");
  };
  const FILES = { "etc/cloud/cloud.cfg": CLOUD_CFG, "etc/cloud/cloud.cfg.d/90-a.cfg": "a: 1\n", "etc/passwd": "" };

  test.each([
    ["etc", "/etc"],
    ["etc/cloud", "/etc/cloud"],
    ["etc/cloud/cloud.cfg.d", "/etc/cloud/cloud.cfg.d"],
  ])("%s: the root is named", async (given, part) => {
    expect(await said(FILES, given)).toMatch(
      new RegExp(`this looks like ${part} itself, not the root directory that contains it: pass \\S+\n$`),
    );
  });

  test("of another name: where to put it", async () => {
    const root = tree(FILES);
    renameSync(join(root, "etc"), join(root, "host-1"));
    const { status, err } = await run(join(root, "host-1"));
    expect(status).toBe(3);
    expect(err).toContain("this looks like /etc itself, not the root directory that contains it: put it in etc/ below");
  });
});

describe("versions of cloud-init that are not known", () => {
  const image = (version: string) =>
    tree({
      "etc/os-release": "ID=ubuntu\n",
      "etc/cloud/cloud.cfg": `${CLOUD_CFG}ssh_pwauth: true\n`,
      "etc/ssh/sshd_config": "PasswordAuthentication no\n",
      "usr/bin/sh": "",
      "usr/bin/cloud-init": "",
      "usr/lib/python3/dist-packages/cloudinit/version.py": `__VERSION__ = "${version}"\n`,
      "usr/lib/python3/dist-packages/cloudinit/features.py": "EXPIRE_APPLIES_TO_HASHED_USERS = True\n",
    });
  test.each([
    ["18.4", /warning: cloud-init 18\.4 is older than 18\.5, .* no finding is certain\n$/],
    ["0.7.9", /older than 18\.5/],
    ["26.3", /warning: cloud-init 26\.3 is newer than 26\.2, .* no finding is certain\n$/],
    ["27.1.2", /newer than 26\.2/],
    [
      "@@PACKAGED_VERSION@@",
      /warning: the version of cloud-init is unknown: 26\.2 is assumed, and no finding is certain\n$/,
    ],
  ])("%s", async (version, text) => {
    const { err, findings } = await lint(image(version));
    expect(err).toMatch(text);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter(({ confidence }) => confidence === "certain")).toEqual([]);
    expect((await run("plan", image(version))).err).toMatch(text);
  });

  test.each(["18.5", "22.4.2", "26.2", "26.2.1"])("%s is known", async (version) => {
    const { err, findings } = await lint(image(version));
    expect(err).toBe("");
    expect(findings.some(({ confidence }) => confidence === "certain")).toBe(true);
  });

  test("of a file on its own", async () => {
    const path = join(tree({ "user-data": "#cloud-config\npackages: vim\n" }), "user-data");
    const { out, err } = await run(path, "-f", "json", "--cloud-init-version", "17.2");
    expect(err).toMatch(/cloud-init 17\.2 is older than 18\.5/);
    expect(JSON.parse(out).images[0].findings).toEqual([expect.objectContaining({ confidence: "likely" })]);
    expect((await run(path)).err).toBe("");
  });
});
