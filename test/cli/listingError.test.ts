import fs, { cpSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { tree } from "../image/tree.ts";
import { run } from "./run.ts";

/** The directories of this machine that a broken disk hides: what is in them, or that they are there at all. */
const broken = { lists: new Set<string>(), entries: new Set<string>() };

const { readdirSync, lstatSync } = fs;

function guarded<Call extends (...args: never[]) => unknown>(paths: Set<string>, call: Call): Call {
  return ((...args: never[]) => {
    if (paths.has(String(args[0])))
      throw Object.assign(new Error(`EIO: i/o error, '${args[0]}'`), { code: "EIO", errno: -5 });
    return call(...args);
  }) as Call;
}

beforeAll(() => {
  Object.assign(fs, {
    readdirSync: guarded(broken.lists, readdirSync),
    lstatSync: guarded(broken.entries, lstatSync as never),
  });
  syncBuiltinESMExports();
});

afterAll(() => {
  Object.assign(fs, { readdirSync, lstatSync });
  syncBuiltinESMExports();
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
  expect({ status, err }).toEqual({ status: 4, err: `${root}: ${path} was not read: input/output error\n` });
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
