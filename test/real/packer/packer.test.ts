import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNot } from "../boot/realBoot.ts";
import { required, roots } from "../describeReal.ts";
import { type Build, build, hasPacker, lint, resultsIn } from "./packer.ts";

// The real Packer builds examples/packer. Without it the tests are skipped, but where CI says that all must be there.
const suite = "trixie";
const obstacle = hasPacker ? whyNot(suite) : "packer is not installed";

let scratch: string;
let guest: ChildProcess;
let port: number;

function errorsOf(build: Build): unknown[] {
  return resultsIn(build)
    .filter(({ level }) => level === "error")
    .map(({ ruleId }) => ruleId);
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
      const parts = ["test/real/packer/ssh-guest.sh", join(roots, suite), scratch, String(port), process.execPath];
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
      ["in-guest.pkr.hcl", { bundle: resolve("dist/cloud-init-lint.cjs"), node: "/opt/node" }],
    ])("%s", (template, variables) => {
      const connection = () => ({ host: "127.0.0.1", port, user: "root", key: join(scratch, "key"), ...variables });

      test("fails with the findings in its output where the first boot undoes what it did", async () => {
        const built = await build(scratch, template, connection());
        expect([built.status, built.out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
        expect(built.out).toMatch(/null\.guest: .*\/etc\/cloud\/cloud\.cfg\.d\/20-team\.cfg/);
        expect(errorsOf(built)).toEqual(["sshd-setting-overwritten"]);
      });

      test("passes where the first boot keeps it", async () => {
        const built = await build(scratch, template, { ...connection(), drop_in: "files/20-team-right.cfg" });
        expect([built.status, built.out]).toEqual([0, expect.not.stringContaining("sshd-setting-overwritten")]);
        expect(errorsOf(built)).toEqual([]);
      });
    });

    test("the provisioners that the README shows fail a build with its findings", async () => {
      const shown = /(?<=^```hcl\n).*?(?=^```$)/ms.exec(readFileSync("README.md", "utf8"))![0];
      const provisioners = shown
        .replace('"cloud-init-lint.cjs"', `"${resolve("dist/cloud-init-lint.cjs")}"`)
        .replace("sudo node", "sudo /opt/node");
      const template = join(scratch, "readme.pkr.hcl");
      writeFileSync(
        template,
        `source "null" "guest" {
  ssh_host             = "127.0.0.1"
  ssh_port             = ${port}
  ssh_username         = "root"
  ssh_private_key_file = "${join(scratch, "key")}"
}
build {
  sources = ["source.null.guest"]
  provisioner "shell" {
    inline = [
      "echo 'PasswordAuthentication no' > /etc/ssh/sshd_config.d/60-hardening.conf",
      "echo 'ssh_pwauth: true' > /etc/cloud/cloud.cfg.d/20-team.cfg",
    ]
  }
  ${provisioners}
}
`,
      );
      const { status, out } = await build(scratch, template, {});
      expect([status, out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
    });

    describe("agentless.pkr.hcl where something is missing", () => {
      const agentless = (variables: Record<string, string>) =>
        build(scratch, "agentless.pkr.hcl", {
          host: "127.0.0.1",
          port,
          user: "root",
          key: join(scratch, "key"),
          cloud_init_lint: lint,
          ...variables,
        });

      test("tells why tar packs nothing", async () => {
        const { status, out } = await agentless({ root: "/no/such/root" });
        expect([status, out]).toEqual([1, expect.stringMatching(/cd: .*\/no\/such\/root/)]);
      });

      test("fails before the guest is packed where there is no lint", async () => {
        const { status, out } = await agentless({ cloud_init_lint: "no-such-lint" });
        expect([status, out]).toEqual([1, expect.stringContaining("no-such-lint: not found")]);
        expect(out).not.toContain("Uploading cloud-init-lint.needs");
      });

      test("keeps the archive, which holds /etc/shadow, nowhere", async () => {
        const { status, directory, out } = await agentless({});
        expect([status, readdirSync(directory)]).toEqual([1, ["cloud-init-lint.sarif"]]);
        expect(out).not.toMatch(/No such file|previous errors/);
      });
    });

    describe("mounted-root.pkr.hcl", () => {
      const root = () => {
        const copy = join(mkdtempSync(join(scratch, "image-")), "root");
        cpSync("fixtures/debian-12", copy, { recursive: true, verbatimSymlinks: true });
        mkdirSync(join(copy, "etc/ssh/sshd_config.d"), { recursive: true });
        return copy;
      };

      test("fails with the findings, and leaves the log", async () => {
        const variables = { root: root(), cloud_init_lint: lint };
        const built = await build(scratch, "mounted-root.pkr.hcl", variables);
        expect([built.status, built.out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
        expect(errorsOf(built)).toEqual(["sshd-setting-overwritten"]);
      });

      test("passes where the first boot keeps it", async () => {
        const right = { root: root(), cloud_init_lint: lint, drop_in: "files/20-team-right.cfg" };
        expect((await build(scratch, "mounted-root.pkr.hcl", right)).status).toBe(0);
      });
    });

    describe("verify.pkr.hcl", () => {
      const mounted = (variables: Readonly<Record<string, string>>) => {
        const [memory, root] = [mkdtempSync(join(scratch, "memory-")), mkdtempSync(join(scratch, "image-"))];
        const mount = `mount -t tmpfs tmpfs "$1"; mkdir "$1/upper" "$1/work"; mount -t overlay -o "lowerdir=$0,upperdir=$1/upper,workdir=$1/work" overlay "$2"; shift 2; exec "$@"`;
        const prefix = ["unshare", "--mount", "sh", "-ec", mount, join(roots, suite), memory, root];
        return build(scratch, "verify.pkr.hcl", { root, cloud_init_lint: lint, ...variables }, prefix);
      };

      test("passes where cloud-init does what is predicted, and leaves a report", async () => {
        const { status, out, directory } = await mounted({});
        expect([status, out]).toEqual([0, expect.stringContaining("did what was predicted")]);
        expect(existsSync(join(directory, "report.tar.gz"))).toBe(true);
      });

      test("fails with the lint's findings before anything of the image runs", async () => {
        const { status, out, directory } = await mounted({ drop_in: "files/20-team.cfg" });
        expect([status, out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
        expect(existsSync(join(directory, "report.tar.gz"))).toBe(false);
      });
    });

    describe("user-data.pkr.hcl", () => {
      test("fails with the findings of the user-data", async () => {
        const { status, out } = await build(scratch, "user-data.pkr.hcl", {
          cloud_init_lint: lint,
          users: "{nme: deploy}",
        });
        expect([status, out]).toEqual([1, expect.stringContaining("user-data")]);
      });

      test("passes for what cloud-init reads as it is written", async () => {
        const { status, directory } = await build(scratch, "user-data.pkr.hcl", { cloud_init_lint: lint });
        expect([status, existsSync(join(directory, "user-data"))]).toEqual([0, true]);
      });
    });
  },
);
