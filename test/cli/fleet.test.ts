import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { CommandError } from "../../src/cli/exit.ts";
import { failedOutcome } from "../../src/cli/lintImages.ts";
import { run, runWith } from "./run.ts";
import { inScratchDirectory } from "./scratch.ts";

const fixture = resolve("fixtures/debian-12-hardened");

inScratchDirectory(() => {
  for (const name of ["web", "db"]) cpSync(fixture, name, { recursive: true });
  mkdirSync("empty");
  writeFileSync("list", "# the team's images\nweb\ndb\nempty\nweb\n");
});

test("--from lints the images of a list; one that cannot be linted hides none of the others", async () => {
  const { status, out, err } = await run("--from", "list", "db", "-f", "text", "-f", "json=all.json");
  expect(status).toBe(3);
  const message = "no cloud-init found (no package, no /etc/cloud/cloud.cfg)";
  expect(err).toBe(`cloud-init-lint: empty: ${message}\n`);
  expect(out).toMatch(/^3 images: 2 with findings, 1 not linted\n {2}not linted: empty: no cloud-init found/);
  expect(out).toMatch(/\n\n2 images: Debian 12.*\n {2}db, web\n/);
  const { images, notLinted } = JSON.parse(readFileSync("all.json", "utf8"));
  expect(images.map(({ image }: { image: { source: string } }) => image.source)).toEqual(["db", "web"]);
  expect(notLinted).toEqual([{ source: "empty", status: 3, message }]);

  const merged = await run("merge", "all.json", "all.json", "--exit-zero");
  expect(merged.status).toBe(3);
  expect(merged.err).toBe(`cloud-init-lint: empty: not linted: ${message}\n`);
  expect(merged.out.split("\n\n")[0]).toBe(out.split("\n\n")[0]);
});

test.each<[args: string[], status: number, message: RegExp]>([
  [[], 2, /^cloud-init-lint: missing required argument 'image' \(see --help\)\n$/],
  [["--from", "none"], 2, /^cloud-init-lint: none cannot be read: .*\n$/],
  [["--from", "/dev/null", "web"], 3, /^cloud-init-lint: \/dev\/null: the list contains no images\n$/],
  [["--from", "-", "-"], 2, /standard input can be read only once/],
  [["--from", "-", "--from", "-"], 2, /standard input can be read only once/],
  [["--from", "-", "web", "--pristine", "-"], 2, /standard input can be read only once/],
  [["--from", "list", "-f", "json=list"], 2, /this file is an input of the same run/],
])("lint %j ends with %i", async (args, status, message) => {
  expect(await run("lint", ...args)).toEqual({ status, out: "", err: expect.stringMatching(message) });
});

test("the name of an image that could not be linted tells no secret", () => {
  const url = "https://robot:hunter22@disks.example/web.img?X-Amz-Signature=0123456789abcdef0123456789abcdef";
  const { notLinted } = failedOutcome(url, new CommandError(4, `${url}: gone`));
  expect(JSON.stringify(notLinted)).toContain("disks.example/web.img");
  expect(JSON.stringify(notLinted)).not.toMatch(/hunter22|0123456789abcdef/);
});

test("a configuration file lists no images, since it serves all images of a repository", async () => {
  writeFileSync(".cloud-init-lint.yaml", "from: list\n");
  const { status, err } = await runWith({}, "web");
  expect(status).toBe(2);
  expect(err).toMatch(/unknown key "from"/);
});
