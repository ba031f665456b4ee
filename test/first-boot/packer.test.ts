import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Log } from "sarif";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roots, whyNot } from "./realBoot.ts";

// The real Packer builds examples/packer. Without it the tests are skipped, but where CI says that all must be there.
const suite = "trixie";
const hasPacker = spawnSync("packer", ["version"]).status === 0;
const obstacle = hasPacker ? whyNot(suite) : "packer is not installed";
const required = process.env.CLOUD_INIT_LINT_FIRST_BOOT === "required";
const lint = `${process.execPath} ${resolve("dist/cloud-init-lint.mjs")}`;

let scratch: string;
let guest: ChildProcess;
let port: number;

interface Build {
  readonly status: number | null;
  readonly out: string;
  /** What the build leaves in its working directory. */
  readonly directory: string;
}

/** Builds a template in an empty directory. */
function build(template: string, variables: Readonly<Record<string, string | number>>): Build {
  const directory = mkdtempSync(join(scratch, "build-"));
  const set = Object.entries(variables).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
  const path = resolve("examples/packer", template);
  const { status, stdout, stderr } = spawnSync("packer", ["build", "-color=false", ...set, path], {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, CHECKPOINT_DISABLE: "1", PACKER_CACHE_DIR: join(scratch, "cache"), HOME: scratch },
  });
  return { status, out: stdout + stderr, directory };
}

function rulesIn(directory: string): unknown[] {
  const log: Log = JSON.parse(readFileSync(join(directory, "cloud-init-lint.sarif"), "utf8"));
  return log.runs[0]!.results!.filter(({ level }) => level === "error").map(({ ruleId }) => ruleId);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answers(): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1", () => done(socket.end() !== undefined));
      socket.on("error", () => done(false));
    });
    if (open) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`the guest does not answer: ${readFileSync(join(scratch, "sshd.log"), "utf8")}`);
}

describe.skipIf(obstacle !== undefined && !required)(
  `examples/packer${obstacle ? ` (skipped: ${obstacle})` : ""}`,
  () => {
    beforeAll(async () => {
      expect(obstacle).toBeUndefined();
      scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
      spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-m", "PEM", "-N", "", "-f", join(scratch, "key")]);
      port = await freePort();
      const parts = ["test/first-boot/ssh-guest.sh", join(roots, suite), scratch, String(port), process.execPath];
      guest = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", ...parts], {
        stdio: ["pipe", "ignore", "inherit"],
      });
      await answers();
    });
    afterAll(async () => {
      if (guest !== undefined) {
        const ended = new Promise((done) => guest.once("exit", done));
        guest.stdin!.end();
        await ended;
      }
      if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    });

    describe.each([
      ["agentless.pkr.hcl", { cloud_init_lint: lint }],
      ["in-guest.pkr.hcl", { bundle: resolve("dist/cloud-init-lint.mjs"), node: "/opt/node" }],
    ])("%s", (template, variables) => {
      const connection = () => ({ host: "127.0.0.1", port, user: "root", key: join(scratch, "key"), ...variables });

      test("fails with the findings in its output where the first boot undoes what it did", () => {
        const { status, out, directory } = build(template, connection());
        expect([status, out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
        expect(out).toMatch(/null\.guest: .*\/etc\/cloud\/cloud\.cfg\.d\/20-team\.cfg/);
        expect(rulesIn(directory)).toEqual(["sshd-setting-overwritten"]);
      });

      test("passes where the first boot keeps it", () => {
        const { status, out, directory } = build(template, { ...connection(), drop_in: "files/20-team-right.cfg" });
        expect([status, out]).toEqual([0, expect.not.stringContaining("sshd-setting-overwritten")]);
        expect(rulesIn(directory)).toEqual([]);
      });
    });

    describe("mounted-root.pkr.hcl", () => {
      const root = () => {
        const copy = join(mkdtempSync(join(scratch, "image-")), "root");
        cpSync("fixtures/debian-12", copy, { recursive: true, verbatimSymlinks: true });
        mkdirSync(join(copy, "etc/ssh/sshd_config.d"), { recursive: true });
        return copy;
      };

      test("fails with the findings, and leaves the log", () => {
        const { status, out, directory } = build("mounted-root.pkr.hcl", { root: root(), cloud_init_lint: lint });
        expect([status, out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
        expect(rulesIn(directory)).toEqual(["sshd-setting-overwritten"]);
      });

      test("passes where the first boot keeps it", () => {
        const right = { root: root(), cloud_init_lint: lint, drop_in: "files/20-team-right.cfg" };
        expect(build("mounted-root.pkr.hcl", right).status).toBe(0);
      });
    });

    describe("user-data.pkr.hcl", () => {
      test("fails with the findings of the user-data", () => {
        const { status, out } = build("user-data.pkr.hcl", { cloud_init_lint: lint, users: "{nme: deploy}" });
        expect([status, out]).toEqual([1, expect.stringContaining("user-data")]);
      });

      test("passes for what cloud-init reads as it is written", () => {
        const { status, directory } = build("user-data.pkr.hcl", { cloud_init_lint: lint });
        expect([status, existsSync(join(directory, "user-data"))]).toEqual([0, true]);
      });
    });
  },
);
