import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { columnsOf } from "../../src/cli/io.ts";
import { tree } from "../image/tree.ts";
import { oneOf } from "../samples.ts";

const IMAGE = "fixtures/debian-12-hardened";
const PROGRAM = join(process.cwd(), "bin/cloud-init-lint.js");

test("a terminal that does not know its width has the usual one", () => {
  expect([columnsOf(132, true), columnsOf(0, true), columnsOf(Number.NaN, true), columnsOf(undefined, true)]).toEqual([
    132, 80, 80, 80,
  ]);
  expect([columnsOf(undefined, false), columnsOf(0, false)]).toEqual([100, 100]);
});

test("a checkout that is not built says how to build it", () => {
  const checkout = tree({});
  cpSync("bin", join(checkout, "bin"), { recursive: true });
  const program = join(checkout, "bin/cloud-init-lint.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, IMAGE], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^cloud-init-lint: \S+ is not built: run "npm ci" there, or "npm run build" .*\n$/);
});

test("a reader that stops early costs neither the report in a file nor the status", async () => {
  const file = join(tree({}), "lint.json");
  const program = spawn(process.execPath, [PROGRAM, IMAGE, "-f", "text", "-f", `json=${file}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  program.stdout.destroy();
  let err = "";
  program.stderr.on("data", (chunk) => (err += chunk));
  const [status] = await once(program, "close");
  expect({ status, err }).toEqual({ status: 1, err: "" });
  expect(JSON.parse(readFileSync(file, "utf8")).images).toHaveLength(1);
});

test.each([
  [["--from", "-"], "10 MB"],
  [["merge", "-"], "200 MB"],
])("standard input that never ends is not read for ever by %s", (args, most) => {
  const endless = openSync("/dev/zero", "r");
  try {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      stdio: [endless, "ignore", "pipe"],
      encoding: "utf8",
      timeout: 20_000,
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `cloud-init-lint: standard input: larger than ${most}\n`,
    });
  } finally {
    closeSync(endless);
  }
});

test.each(oneOf(3, ["SIGINT", "SIGTERM", "SIGHUP"] as const))(
  "%s while a report is written leaves nothing of it",
  async (signal) => {
    const directory = tree({
      "reports/lint.json": "earlier",
      // Stops the program when half of the report is in its file.
      "stop.cjs": `
      const promises = require("node:fs/promises");
      const { open } = promises;
      promises.open = async (...args) => {
        const handle = await open(...args);
        handle.writeFile = async (text) => {
          await handle.write(text.slice(0, text.length / 2));
          console.log("half");
          await new Promise(() => setInterval(() => {}, 1000));
        };
        return handle;
      };`,
    });
    const args = [
      "--require",
      join(directory, "stop.cjs"),
      PROGRAM,
      IMAGE,
      "-f",
      `json=${directory}/reports/lint.json`,
    ];
    const program = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    await once(program.stdout, "data");
    expect(readdirSync(join(directory, "reports"))).toHaveLength(2);
    program.kill(signal);
    expect(await once(program, "exit")).toEqual([null, signal]);
    expect(readdirSync(join(directory, "reports"))).toEqual(["lint.json"]);
    expect(readFileSync(join(directory, "reports/lint.json"), "utf8")).toBe("earlier");
  },
);
