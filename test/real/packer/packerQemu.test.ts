import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { required, roots } from "../describeReal.ts";
import { type Build, build, hasPacker, lint, resultsIn } from "./packer.ts";

// The real Packer boots a Debian by qemu. Without them the tests are skipped, but where CI says that all must be there.
const guest = join(dirname(roots), "qemu");
const [disk, kernel, initrd] = ["disk.qcow2", "kernel", "initrd"].map((name) => join(guest, name)) as [
  string,
  string,
  string,
];
const qemu = "qemu-system-x86_64";
const obstacle = whyNot();
/** Runs a command with no network but a loopback of its own, and ends with it all that it started. */
const alone = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const isolated = [...alone, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];

let scratch: string;
let accelerator: string;

function whyNot(): string | undefined {
  if (!hasPacker) return "packer is not installed";
  for (const program of [qemu, "qemu-img"])
    if (spawnSync(program, ["--version"]).status !== 0) return `${program} is not installed`;
  if (!existsSync(disk)) return `no ${disk}: run test/real/packer/make-qemu-image.sh`;
  return process.getuid?.() === 0 ? undefined : "not root";
}

/** Whether the kernel comes as far as its first process with KVM: there are machines where a guest hangs. */
async function kvmWorks(): Promise<boolean> {
  const boot = ["-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 panic=-1", "-no-reboot", "-m", "512"];
  const machine = spawn(qemu, ["-accel", "kvm", "-nodefaults", "-display", "none", "-serial", "stdio", ...boot], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 10_000,
    killSignal: "SIGKILL",
  });
  let out = "";
  machine.stdout.on("data", (text) => {
    out += text;
    if (out.includes("Run /init")) machine.kill("SIGKILL");
  });
  await new Promise((done) => machine.once("close", done));
  return out.includes("Run /init");
}

function buildImage(variables: Readonly<Record<string, string>> = {}): Promise<Build> {
  const qemuargs = [
    ["-kernel", kernel],
    ["-initrd", initrd],
    ["-append", "root=/dev/vda rw console=ttyS0 quiet"],
    ["-serial", "file:console.log"],
  ];
  const image = { iso_url: disk, iso_checksum: "none", disk_size: "1500M" };
  const access = { key: join(scratch, "key"), seed: join(scratch, "seed"), ssh_timeout: "8m" };
  const all = { ...image, ...access, accelerator, qemuargs, cloud_init_lint: lint, ...variables };
  return build(scratch, "qemu.pkr.hcl", all, isolated);
}

/** What debugfs says of the file system of an image. */
function inImage(raw: string, request: string): string {
  return spawnSync("debugfs", ["-R", request, raw], { encoding: "utf8" }).stdout;
}

describe.skipIf(obstacle !== undefined && !required)(
  `examples/packer/qemu.pkr.hcl${obstacle ? ` (skipped: ${obstacle})` : ""}`,
  () => {
    beforeAll(async () => {
      expect(obstacle).toBeUndefined();
      accelerator = (await kvmWorks()) ? "kvm" : "tcg";
      scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
      // As the head of the template says.
      spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-m", "PEM", "-N", "", "-f", join(scratch, "key")]);
      cpSync("examples/packer/seed", join(scratch, "seed"), { recursive: true });
      const userData = join(scratch, "seed/user-data");
      const key = readFileSync(join(scratch, "key.pub"), "utf8").trim();
      writeFileSync(userData, readFileSync(userData, "utf8").replace("PUBLIC KEY", key));
    });
    afterAll(() => {
      if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    });

    test("fails with the findings in its output where the first boot undoes what it did", async () => {
      const built = await buildImage();
      expect([built.status, built.out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
      expect(built.out).toMatch(/qemu\.image: .*\/etc\/cloud\/cloud\.cfg\.d\/20-team\.cfg/);
      const errors = resultsIn(built).filter(({ level }) => level === "error");
      expect(errors.map(({ ruleId }) => ruleId)).toEqual(["sshd-setting-overwritten"]);
      expect(existsSync(join(built.directory, "output-qemu"))).toBe(false);
    });

    test("passes where the first boot keeps it, and the image knows nothing of the build", async () => {
      const built = await buildImage({ drop_in: "files/20-team-right.cfg" });
      expect([built.status, built.out]).toEqual([0, expect.stringContaining("output-qemu")]);
      const results = resultsIn(built);
      expect(results.filter(({ level }) => level !== "note")).toEqual([]);
      const leftovers = results.map(({ ruleId = "" }) => ruleId).filter((id) => /-left$|-known$|-shared$/.test(id));
      expect(leftovers).toEqual([]);

      const raw = join(scratch, "image.raw");
      spawnSync("qemu-img", ["convert", "-O", "raw", join(built.directory, "output-qemu/image.qcow2"), raw]);
      expect(inImage(raw, "cat /etc/ssh/sshd_config.d/60-hardening.conf")).toBe("PasswordAuthentication no\n");
      expect(inImage(raw, "cat /etc/passwd")).toMatch(/^root:(?!.*^packer:)/ms);
      expect(inImage(raw, "ls -p /home")).not.toContain("packer");
      expect(inImage(raw, "ls -p /etc/sudoers.d")).not.toContain("90-cloud-init-users");
      expect(inImage(raw, "cat /etc/machine-id")).toBe("");
      expect(inImage(raw, "ls -p /var/lib/cloud")).not.toMatch(/instance|sem|data/);
    });
  },
);
