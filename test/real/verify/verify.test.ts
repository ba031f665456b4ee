/** `verify` on real roots: as predicted where nothing is changed, and every kind of difference where cloud-init itself is. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../../image/tree.ts";
import { schemaErrors } from "../../report/schemas.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { PROGRAM, verify, verifyWith } from "./verifyRoot.ts";

const seed = () =>
  tree({
    "meta-data": "instance-id: i-0001\nlocal-hostname: web1\n",
    "user-data":
      "#cloud-config\ntimezone: Europe/Berlin\nssh_pwauth: true\nusers: [default, {name: alice, shell: /bin/bash}]\n" +
      "write_files: [{path: /etc/motd.d/a, content: hello, permissions: '0600'}]\n",
  });

describeReal("verify", { ...realRoots, ...programs("unshare", "setpriv", "nsenter", "ip", "mount") }, () => {
  test.each(["bookworm", "sid"])("the boot of %s is as predicted", (suite) => {
    const { status, stdout, stderr } = verify(join(roots, suite), "--seed", seed(), "-f", "json");
    expect(stderr).toContain("running this image's cloud-init as root in a sandbox");
    expect(schemaErrors("verify", stdout)).toEqual([]);
    const { agrees, changes, modules, findings, stages } = JSON.parse(stdout);
    expect(changes.filter(({ outcome }: { outcome: string }) => outcome !== "predicted")).toEqual([]);
    expect(modules.filter(({ outcome }: { outcome: string }) => outcome === "different")).toEqual([]);
    const written = changes.find(({ path }: { path: string }) => path === "/etc/motd.d/a");
    expect(written).toMatchObject({ predicted: "created", real: "created", modules: ["write_files"] });
    expect(findings).toContainEqual(expect.objectContaining({ rule: "timezone-changed", verdict: "confirmed" }));
    expect(stages.map(({ command }: { command: string }) => command)).toEqual([
      "init --local",
      "init",
      "modules --mode=config",
      "modules --mode=final",
    ]);
    expect(modules).toContainEqual(expect.objectContaining({ name: "timezone", predicted: "ran", real: "ran" }));
    expect([status, agrees]).toEqual([0, true]);
  });

  test("every kind of difference is reported", () => {
    const python = "/usr/lib/python3/dist-packages/cloudinit/config";
    const meta = (name: string) =>
      `from cloudinit.settings import PER_INSTANCE\nmeta = {"id": "${name}", "distros": ["all"], "frequency": PER_INSTANCE, "activate_by_schema_keys": []}\n`;
    const custom = tree({
      // Writes another file, with another mode, and the one that is expected otherwise.
      [`${python}/cc_write_files.py`]: `${meta("cc_write_files")}
import os
DEFAULT_DEFER = False
def write_files(*args):
    pass
def handle(name, cfg, cloud, args):
    os.makedirs("/etc/motd.d")
    with open("/etc/motd.d/a", "w") as file:
        file.write("hallo")
    os.chmod("/etc/motd.d/a", 0o640)
    os.chown("/etc/motd.d/a", 0, 4)
    with open("/etc/motd.d/b", "w") as file:
        file.write("b")
`,
      [`${python}/cc_timezone.py`]: `${meta("cc_timezone")}
def handle(name, cfg, cloud, args):
    raise ValueError("no time")
`,
    });
    const { status, stdout } = verifyWith(join(roots, "sid"), custom, "--seed", seed(), "-f", "json");
    expect(schemaErrors("verify", stdout)).toEqual([]);
    const { agrees, changes, modules, findings } = JSON.parse(stdout);
    const outcomes = Object.fromEntries(
      changes
        .filter(({ outcome }: { outcome: string }) => outcome !== "predicted")
        .map(({ path, outcome }: { path: string; outcome: string }) => [path, outcome]),
    );
    expect(outcomes).toEqual({
      "/etc/localtime": "did not happen",
      "/etc/timezone": "did not happen",
      "/etc/motd.d/a": "different",
      "/etc/motd.d/b": "not predicted",
    });
    expect(changes.find(({ path }: { path: string }) => path === "/etc/motd.d/a").differences).toEqual([
      { what: "content", diff: expect.arrayContaining(["-hello", "+hallo"]) },
      { what: "mode", predicted: "0600", real: "0640" },
      { what: "owner", predicted: "0:0", real: "0:4" },
    ]);
    expect(modules).toContainEqual(
      expect.objectContaining({
        name: "timezone",
        predicted: "ran",
        real: "failed",
        outcome: "different",
        error: "('timezone', ValueError('no time'))",
      }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ rule: "timezone-changed", verdict: "contradicted" }));
    expect([status, agrees]).toEqual([1, false]);
    const text = verifyWith(join(roots, "sid"), custom, "--seed", seed());
    for (const title of [
      "Not predicted:",
      "Predicted, but did not happen:",
      "Different:",
      "Modules that ended otherwise:",
    ])
      expect(text.stdout).toContain(title);
    expect(text.stdout).toContain("mode: predicted 0600, really 0640");
  });

  test.each([
    ["bookworm", "cloud-config", ["init --local", "init", "modules --mode=final"]],
    ["sid", "cloud-config", ["init --local", "init"]],
  ])("in %s without %s.service, only what its systemd starts runs", (suite, unit, expected) => {
    const custom = tree({ [`etc/systemd/system/${unit}.service`]: "" });
    const { status, stdout } = verifyWith(join(roots, suite), custom, "--seed", seed(), "-f", "json");
    const { stages, modules } = JSON.parse(stdout);
    expect(stages.map(({ command }: { command: string }) => command)).toEqual(expected);
    expect(modules).toContainEqual(expect.objectContaining({ name: "timezone", stage: "config", real: "not run" }));
    expect(status).toBe(1);
  });

  test("an image that OpenRC boots does what is predicted without systemd", () => {
    const services = ["cloud-init-local", "cloud-init", "cloud-config", "cloud-final"];
    const custom = tree({
      ...Object.fromEntries(services.map((name) => [`etc/init.d/${name}`, "#!/sbin/openrc-run\n"])),
      ...Object.fromEntries(services.map((name) => [`etc/runlevels/default/${name}`, ""])),
      "etc/cloud/cloud.cfg.d/20-alpine.cfg": "system_info: {distro: alpine}\nssh_pwauth: true\n",
      "usr/sbin/rc-service": "",
    });
    for (const path of ["usr/lib/systemd/systemd", "usr/bin/systemctl"]) {
      mkdirSync(dirname(join(custom, path)), { recursive: true });
      // How an overlay removes what is below.
      spawnSync("mknod", [join(custom, path), "c", "0", "0"]);
    }
    const { status, stdout } = verifyWith(join(roots, "sid"), custom, "--seed", seed(), "-f", "json");
    const { changes, commands } = JSON.parse(stdout);
    expect(changes.filter(({ outcome }: { outcome: string }) => outcome !== "predicted")).toEqual([]);
    expect(commands).toEqual(["rc-service --nocolor sshd restart"]);
    expect(status).toBe(0);
  });

  test("package managers and hostnamectl are recorded, and hostnamectl stores the name", () => {
    const custom = tree({
      "etc/cloud/cloud.cfg.d/20-rocky.cfg": "system_info: {distro: rocky}\npackages: [tree]\n",
      "usr/bin/dnf": "",
    });
    const { stdout } = verifyWith(join(roots, "sid"), custom, "--seed", seed(), "-f", "json");
    const { changes, commands } = JSON.parse(stdout);
    expect(commands).toEqual(expect.arrayContaining(["hostnamectl set-hostname web1", "dnf -y install tree"]));
    expect(changes).toContainEqual(expect.objectContaining({ path: "/etc/hostname", outcome: "predicted" }));
  });

  test.each(["bullseye", "trixie"])("%s with a datasource of another cloud gets NoCloud's, and says so", (suite) => {
    const custom = tree({ "etc/cloud/cloud.cfg.d/95-cloud.cfg": "datasource_list: [ Ec2 ]\n" });
    const { status, stdout, stderr } = verifyWith(join(roots, suite), custom, "--seed", seed(), "-f", "json");
    expect(stderr).toContain("this image looks for Ec2; it got NoCloud's data instead");
    const { changes, image } = JSON.parse(stdout);
    expect(changes.length).toBeGreaterThan(20);
    expect([status, image.datasource]).toEqual([0, "NoCloud"]);
  });

  test("an image that looks for nothing keeps its datasource", () => {
    const custom = tree({
      "etc/cloud/cloud.cfg.d/95-none.cfg":
        'datasource_list: [ None ]\ndatasource: {None: {userdata_raw: "#cloud-config\\ntimezone: Asia/Tokyo\\n"}}\n',
    });
    const { status, stdout } = verifyWith(join(roots, "sid"), custom, "-f", "json");
    const { changes, image } = JSON.parse(stdout);
    const zone = changes.find(({ path }: { path: string }) => path === "/etc/localtime");
    expect([status, image.datasource, zone?.outcome]).toEqual([0, "None", "predicted"]);
  });

  test("the root, the directory for temporary files and the mounts of the host stay as they are", () => {
    const root = join(roots, "sid");
    const temporary = tree({ kept: "" });
    const look = () => ({
      temporary: readdirSync(temporary),
      mounts: spawnSync("cat", ["/proc/self/mountinfo"], { encoding: "utf8" }).stdout,
      state: readdirSync(join(root, "var/lib")),
    });
    seed();
    const before = look();
    const words = [PROGRAM, "verify", root, "--seed", seed()];
    const env = { ...process.env, TMPDIR: temporary };
    expect(spawnSync(process.execPath, words, { env }).status).toBe(0);
    expect(look()).toEqual(before);
  });

  test("the running system, a missing root and one without cloud-init are refused", () => {
    const running = verify("/");
    expect([running.status, running.stdout]).toEqual([2, ""]);
    expect(running.stderr).toContain("this is the running system");
    expect(verify(join(tree({}), "missing")).status).toBe(3);
    const empty = tree({ "etc/os-release": "ID=debian\n" });
    expect(verify(empty).status).toBe(3);
  });
});
