import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

const IMAGE = "fixtures/debian-12-hardened";
const PROGRAM = join(process.cwd(), "bin/cloud-init-lint.js");

describeReal("a full disk", programs("bash"), () => {
  test("half a report is removed", () => {
    const path = join(tree({}), "report");
    // A limit on the size of files stands for a full disk.
    const script = `trap '' XFSZ; ulimit -f 2; "$0" "$1" "$2" -f sarif="$3"`;
    const { status, stderr } = spawnSync("bash", ["-c", script, process.execPath, PROGRAM, IMAGE, path], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("report: cannot be written") });
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });
});
