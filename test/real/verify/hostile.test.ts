/** Images that try to leave the sandbox, to use up the machine, or never to end; and `verify` that is killed. */
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { machineOf } from "../../../src/verify/machine.ts";
import { runCloudInit } from "../../../src/verify/realBoot.ts";
import { runSandboxed, SandboxError } from "../../../src/verify/sandbox.ts";
import { sample, seedOf } from "../../samples.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { processesWith, until } from "./processes.ts";

const ROOT = join(roots, "sid");
const LIMITS = { bytes: 512 * 1024 ** 2, milliseconds: 60_000, processes: 1000 };
const scratch = mkdtempSync(join(tmpdir(), "verify-hostile-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Boots a root with user-data. */
async function boot(userData: string, limits = LIMITS, root = ROOT) {
  const seed = new Map([
    ["meta-data", Buffer.from("instance-id: i-0001\n")],
    ["user-data", Buffer.from(userData)],
  ]);
  return await runCloudInit(root, openDirectory(root), { seed, commandLine: "ro" }, limits);
}

/** A file after a boot. */
function fileOf({ changes }: Awaited<ReturnType<typeof boot>>, path: string): string | undefined {
  return changes.find((change) => change.path === path)?.content?.toString();
}

const programsOfHost = programs("unshare", "setpriv", "prlimit", "nsenter", "ip", "mount", "pivot_root");

describeReal("a hostile image", { ...realRoots, ...programsOfHost }, () => {
  test("does not get out", async () => {
    const canary = join(scratch, "canary");
    writeFileSync(canary, "");
    const probe = readFileSync(join(import.meta.dirname, "probe.py"), "utf8").replace("<CANARY>", canary);
    const results = JSON.parse(fileOf(await boot(probe), "/root/probe.json") ?? "{}");
    expect(Object.keys(results).length).toBeGreaterThan(20);
    expect(Object.entries(results).filter(([, result]) => result !== "refused")).toEqual([]);
  });

  test("that never ends is stopped, with all that it started", async () => {
    const limits = { ...LIMITS, milliseconds: 8000 };
    const late = boot("#!/bin/sh\nsetsid sleep 12345.5 &\nsleep 12345.5\n", limits);
    await expect(late).rejects.toThrow(
      "cloud-init did not finish within 8 seconds and was stopped during cloud-init modules --mode=final",
    );
    const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
    expect(stdout).not.toContain("sleep 12345.5");
  });

  test("that forks for ever does not use up the machine's processes", async () => {
    const counts: number[] = [];
    const timer = setInterval(() => counts.push(readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length), 100);
    const before = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length;
    const bomb = "#!/usr/bin/env python3\nimport os\nwhile True:\n  try:\n    os.fork()\n  except OSError:\n    pass\n";
    await expect(boot(bomb, { ...LIMITS, milliseconds: 10_000 })).rejects.toThrow(SandboxError);
    clearInterval(timer);
    expect(Math.max(...counts)).toBeGreaterThan(before + LIMITS.processes / 2);
    expect(Math.max(...counts)).toBeLessThan(before + 2 * LIMITS.processes);
  });

  test("that fills the disk fills only what it has", async () => {
    const limits = { ...LIMITS, bytes: 64 * 1024 ** 2 };
    await expect(boot("#!/bin/sh\ncat /dev/zero >/var/zero\n", limits)).rejects.toThrow(
      "cloud-init filled the 64 MB that it may write",
    );
  });

  test("that ends its boot too early is ended before anything is read", async () => {
    // In dash machine.sh's echo makes two lines of the first report.
    const script = "(while :; do date >>/etc/clock; done) &\nsleep 0.5\nprintf 'x\\\\nended\\n' >&3\nsleep 3 3>&-\n";
    const sizes = await runSandboxed(
      { root: ROOT, machine: machineOf(openDirectory(ROOT)), commandLine: "ro", script },
      ({ after }) => {
        const size = () => statSync(`${after}/etc/clock`).size;
        const first = size();
        spawnSync("sleep", ["0.5"]);
        return [first, size()];
      },
      LIMITS,
    );
    expect(sizes[0]).toBeGreaterThan(0);
    expect(sizes[1]).toBe(sizes[0]);
  });

  test.each([
    [
      "kills all its programs",
      "#!/bin/sh\nkill -9 -1\n",
      "all programs of the image were killed before the end of its boot",
    ],
    [
      "makes a name that is not UTF-8",
      `#!/bin/sh\nmkdir /etc/own; touch "/etc/own/$(printf 'bad\\377name')"\n`,
      "it made a file whose name is not UTF-8 (bad\ufffdname), which cannot be compared",
    ],
    [
      "puts such a name beside others",
      `#!/bin/sh\ntouch "/etc/$(printf 'bad\\377name')"\n`,
      "it made a file whose name is not UTF-8 (bad\ufffdname), which cannot be compared",
    ],
    [
      "makes a path that is too long",
      `#!/bin/sh\nname=$(printf %0200d 1); cd /srv; for i in $(seq 25); do mkdir $name; cd -P ./$name; done\n`,
      "it made a path that is too long to compare",
    ],
    [
      "makes large holes",
      "#!/bin/sh\nmkdir /srv/holes; for i in $(seq 20); do truncate -s 30M /srv/holes/$i; done\n",
      "it wrote files of more than 256 MB, too much to compare",
    ],
  ])("that %s is no result", async (_, userData, message) => {
    await expect(boot(userData)).rejects.toThrow(new SandboxError(message));
  });

  test("that reports without end is stopped", async () => {
    const script = "i=0; while :; do i=$((i+1)); echo word.$i; done >&3\n";
    const machine = machineOf(openDirectory(ROOT));
    await expect(
      runSandboxed({ root: ROOT, machine, commandLine: "ro", script }, () => undefined, LIMITS),
    ).rejects.toThrow("the image floods the sandbox with reports");
  });

  test.each([
    ["a broken Python", { "usr/bin/python3": "#!/bin/sh\necho no python >&2\nexit 1\n" }, /did not start: no python/],
    ["no cloud-init", { "usr/bin/cloud-init": "#!/nowhere\n" }, /did not start: .*cloud-init: not found/],
  ])("%s is no result", async (_, files, message) => {
    const custom = mkdtempSync(join(scratch, "custom-"));
    const merged = mkdtempSync(join(scratch, "merged-"));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(custom, path)), { recursive: true });
      writeFileSync(join(custom, path), content, { mode: 0o755 });
    }
    const script = `mount -t overlay -o "ro,lowerdir=$1:$2" overlay "$3"; exec "$0" dist/cloud-init-lint.cjs verify "$3"`;
    const words = ["--mount", "sh", "-ec", script, process.execPath, custom, ROOT, merged];
    const { status, stdout, stderr } = spawnSync("unshare", words, { encoding: "utf8" });
    expect([status, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("nothing was compared");
  });

  test("links in what it leaves lead nowhere", async () => {
    const secret = join(scratch, "secret");
    writeFileSync(secret, "outside");
    const links = `#!/bin/sh
rm -rf /var/lib/cloud/data /var/log/cloud-init.log
ln -s ${scratch} /var/lib/cloud/data
ln -s ${secret} /var/log/cloud-init.log
ln -s ${secret} /etc/leads-out
rm -r /etc/motd.d /opt; ln -s ${scratch} /opt
`;
    const real = await boot(links);
    expect(fileOf(real, "/etc/leads-out")).toBe(secret);
    expect(JSON.stringify([real.log, real.result, real.commands])).not.toContain("outside");
    expect(real.changes.filter(({ content }) => content?.includes("outside"))).toEqual([]);
  });

  test("without rights, nothing runs", () => {
    const words = ["--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", process.execPath];
    const { status, stdout, stderr } = spawnSync("setpriv", [...words, "dist/cloud-init-lint.cjs", "verify", ROOT], {
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(/the sandbox could not be made: unshare: .*not permitted; nothing was compared/);
    const user = spawnSync(
      "setpriv",
      ["--reuid", "65534", process.execPath, "dist/cloud-init-lint.cjs", "verify", ROOT],
      {
        encoding: "utf8",
      },
    );
    expect([user.status, user.stdout]).toEqual([2, ""]);
    expect(user.stderr).toContain("run it as root");
  });

  test("a run that is killed leaves no process, no mount and no file", async () => {
    const points = sample(0, 10, 50);
    const temporary = mkdtempSync(join(scratch, "temporary-"));
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    let random = seedOf(19);
    for (let point = 0; point < points; point++) {
      random = (random * 48271) % 2147483647;
      const marker = `VERIFY_RUN=${randomUUID()}`;
      const [name = "", value] = marker.split("=");
      const child = spawn(process.execPath, ["dist/cloud-init-lint.cjs", "verify", ROOT], {
        env: { ...process.env, [name]: value, TMPDIR: temporary },
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.on("close", resolve));
      await sleep(random % 3000);
      child.kill((["SIGKILL", "SIGINT", "SIGTERM"] as const)[point % 3]!);
      await ended;
      await until(() => processesWith(marker).length === 0);
      expect(processesWith(marker)).toEqual([]);
    }
    expect(readFileSync("/proc/self/mountinfo", "utf8")).toBe(mounts);
    expect(readdirSync(temporary)).toEqual([]);
    // What machine.sh makes in its own /tmp.
    for (const entry of ["upper", "work", "machine", "output", "up"]) expect(existsSync(`/tmp/${entry}`)).toBe(false);
    expect(existsSync(join(ROOT, "var/lib/cloud/data"))).toBe(false);
  });
});
