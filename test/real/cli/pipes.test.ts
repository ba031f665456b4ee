import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

const STOCK = "fixtures/debian-12";

describeReal("pipes", programs("mkfifo"), () => {
  test("as an image: what to do", async () => {
    const pipe = join(tree({}), "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(await run(pipe)).toMatchObject({
      status: 2,
      err: expect.stringContaining("is a pipe; redirect it to standard input"),
    });
  });

  test("as meta-data of a seed are refused", async () => {
    const seed = tree({});
    execFileSync("mkfifo", [join(seed, "meta-data")]);
    expect(await run(STOCK, "--seed", seed)).toMatchObject({ status: 2, err: expect.stringContaining(seed) });
  });

  test("in place of cloud.cfg do not hang", async () => {
    const root = join(tree({}), "image");
    cpSync(STOCK, root, { recursive: true, verbatimSymlinks: true });
    rmSync(join(root, "etc/cloud/cloud.cfg"));
    execFileSync("mkfifo", [join(root, "etc/cloud/cloud.cfg")]);
    const { status, out } = await run(root, "-f", "json");
    expect(status).toBe(1);
    expect(JSON.parse(out).images[0].findings[0].rule).toBe("cloud-init-cannot-start");
  });
});
