import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { tree } from "../image/tree.ts";
import { run } from "./run.ts";

/** The directories of this machine that a broken disk hides: what is in them, or that they are there at all. */
const broken = vi.hoisted(() => ({ lists: new Set<string>(), entries: new Set<string>() }));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const guarded =
    <Arguments extends [unknown, ...unknown[]], Answer>(paths: Set<string>, call: (...args: Arguments) => Answer) =>
    (...args: Arguments): Answer => {
      if (paths.has(String(args[0])))
        throw Object.assign(new Error(`EIO: i/o error, '${args[0]}'`), { code: "EIO", errno: -5 });
      return call(...args);
    };
  return {
    ...fs,
    readdirSync: guarded(broken.lists, fs.readdirSync as (path: string) => string[]),
    lstatSync: guarded(broken.entries, fs.lstatSync as (path: string) => unknown),
  };
});

afterEach(() => {
  broken.lists.clear();
  broken.entries.clear();
});

function image(): string {
  const root = join(tree({}), "root");
  cpSync("fixtures/debian-12", root, { recursive: true, verbatimSymlinks: true });
  return root;
}

test.each([
  ["lint", "/etc"],
  ["plan", "/etc"],
  ["config", "/etc"],
  ["lint", "/etc/cloud"],
  ["lint", "/etc/ssh"],
  ["plan", "/etc/cloud/cloud.cfg.d"],
  ["config", "/usr/lib"],
])("%s of an image whose %s cannot be listed says so, and ends with status 4", async (command, path) => {
  const root = image();
  broken.lists.add(join(root, path));
  const { status, err } = await run(command, root);
  expect({ status, err }).toEqual({ status: 4, err: `${root}: ${path}: not read: input/output error\n` });
});

test.each(["lint", "plan", "config"])(
  "%s: where cloud-init would be is not read: nothing says that it is missing",
  async (command) => {
    const root = tree({ "etc/cloud/cloud.cfg": "users: [default]\n" });
    broken.entries.add(join(root, "etc"));
    const { status, out, err } = await run(command, root);
    const message = `cloud-init-lint: ${root}: no cloud-init found, but /etc was not read: input/output error\n`;
    expect({ status, out, err }).toEqual({ status: 4, out: "", err: message });
  },
);
