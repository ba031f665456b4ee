import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { tree } from "../../image/tree.ts";

const HARDENED = "fixtures/debian-12-hardened";

/** The command that docs/guests.md shows for a guest that has nothing but tar. */
function recipe(): string {
  const line = /^ {4}(ssh builder .*)$/m.exec(readFileSync("docs/guests.md", "utf8"))?.[1];
  if (line === undefined) throw new Error("docs/guests.md shows no such command");
  return line;
}

function pathOf(program: string): string | undefined {
  const { status, stdout } = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** A directory of programs: ssh and sudo that run what they are given here, this program, and more under their names. */
function programs(more: Readonly<Record<string, string>>): string {
  const bin = join(tree({}), "bin");
  mkdirSync(bin);
  const write = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  write("ssh", 'shift; exec sh -c "$*"');
  write("sudo", 'exec "$@"');
  write("cloud-init-lint", `exec ${process.execPath} ${join(process.cwd(), "bin/cloud-init-lint.js")} "$@"`);
  for (const [name, target] of Object.entries(more)) symlinkSync(target, join(bin, name));
  return bin;
}

/** Other programs than the machine's own, by their names: "tar" that is BusyBox's. */
const TARS = [
  ["the machine's own", "tar", ["tar", "ls"]],
  ["BSD's", "bsdtar", ["tar"]],
  ["BusyBox's", "busybox", ["tar", "ls", "sh"]],
] as const;

const present = TARS.flatMap(([whose, program, names]) => {
  const path = pathOf(program);
  if (path === undefined) return [];
  return [{ whose, more: program === "tar" ? {} : Object.fromEntries(names.map((name) => [name, path])) }];
});

test.each(present)(
  "the documented command for a guest is quiet and lints the whole guest, with $whose tar",
  async ({ more }) => {
    const bin = programs(more);
    const command = recipe().replace("cd / ", `cd ${join(process.cwd(), HARDENED)} `);
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
      encoding: "utf8",
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    });
    const whole = await run(HARDENED);
    expect({ status, stderr }).toEqual({ status: whole.status, stderr: "" });
    // An archive cannot be edited.
    const [archive, directory] = [
      '<image> --output <dir>" writes the fixed files to a directory.',
      '<image>" puts the fixes in place.',
    ];
    expect(withoutHeader(stdout)).toContain(archive);
    expect(withoutHeader(stdout).replace(archive, directory)).toBe(withoutHeader(whole.out));
  },
);

/** A report without the line that names the image. */
function withoutHeader(report: string): string {
  return report.slice(report.indexOf("\n"));
}

test("`needs --help` shows the same command", async () => {
  expect((await run("needs", "--help")).out).toContain(`  ${recipe()}\n`);
});
