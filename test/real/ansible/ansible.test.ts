import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs the example on a mounted root, a copy of the stock image, with variables (a=b) and options (--check). */
function play(...given: string[]): { status: number | null; out: string } {
  const variables = given.filter((one) => !one.startsWith("-"));
  const options = given.filter((one) => one.startsWith("-"));
  const root = join(mkdtempSync(join(scratch, "image-")), "root");
  cpSync("fixtures/debian-12", root, { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(root, "etc/ssh/sshd_config.d"), { recursive: true });
  const temporary = mkdtempSync(join(scratch, "tmp-"));
  const program = `${process.execPath} ${resolve("dist/cloud-init-lint.cjs")}`;
  const set = [`image_root=${root}`, `cloud_init_lint='${program}'`, "ansible_become=false", ...variables];
  const { status, stdout, stderr } = spawnSync(
    "ansible-playbook",
    ["-i", "localhost,", "-c", "local", ...options, "image.yml", ...set.flatMap((one) => ["-e", one])],
    {
      cwd: "examples/ansible",
      encoding: "utf8",
      env: { ...process.env, HOME: scratch, TMPDIR: temporary, ANSIBLE_NOCOLOR: "1", LC_ALL: "C.UTF-8" },
    },
  );
  expect(readdirSync(temporary).filter((name) => name.endsWith(".tar.gz"))).toEqual([]);
  return { status, out: stdout + stderr };
}

describeReal("examples/ansible", programs("ansible-playbook"), () => {
  test("fails with the findings where the first boot undoes what the play did", { timeout: 240_000 }, () => {
    const { status, out } = play("ssh_passwords=true");
    expect([status, out]).toEqual([2, expect.stringContaining("sshd-setting-overwritten")]);
    expect(out).toContain("/etc/ssh/sshd_config.d/60-hardening.conf:1");
    expect(out).toMatch(/FAILED! => .*\n(.*\n)*.*ended with status 1/);
  });

  test("passes where the first boot keeps it", { timeout: 240_000 }, () => {
    const { status, out } = play("ssh_passwords=false");
    expect([status, out]).toEqual([0, expect.stringContaining("the first boot keeps it")]);
    expect(out).not.toContain("sshd-setting-overwritten");
  });

  test("does not lint in check mode, where nothing was done", { timeout: 240_000 }, () => {
    const { status, out } = play("ssh_passwords=true", "--check");
    expect([status, out]).toEqual([0, expect.stringMatching(/skipped=[1-9]/)]);
  });

  test("says that the lint failed where it did", { timeout: 240_000 }, () => {
    const { status, out } = play("cloud_init_lint_options=--no-such-option");
    expect([status, out]).toEqual([2, expect.stringContaining("the lint itself failed (cloud-init-lint ended")]);
    expect(out).toContain("unknown option '--no-such-option'");
  });

  test("fails where there is nothing to lint", { timeout: 240_000 }, () => {
    const { status, out } = play("image_root=/nonexistent");
    expect([status, out]).toEqual([2, expect.stringContaining("FAILED!")]);
  });
});
