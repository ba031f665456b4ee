import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
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

test("why an image was not linted does not begin with its name again", () => {
  const message = (text: string) => failedOutcome("ami:a", new CommandError(3, text)).notLinted?.message;
  expect(message("ami:a contains no root file system")).toBe("contains no root file system");
  expect(message("ami:a: no such image")).toBe("no such image");
  expect(message("ami:abc is another one")).toBe("ami:abc is another one");
});

describe("if no image could be linted", () => {
  const NOTHING = "no cloud-init found (no package, no /etc/cloud/cloud.cfg)";
  const FORMATS = ["json", "junit", "sarif", "gitlab", "html", "markdown", "text"];
  const files = FORMATS.flatMap((format) => ["-f", `${format}=none.${format}`]);
  const written = () => FORMATS.filter((format) => existsSync(`none.${format}`));

  test.each([1, 2])("programs learn why from a list (of %i), and no report looks like a clean one", async (count) => {
    mkdirSync("bare", { recursive: true });
    const sources = ["empty", "bare"].slice(0, count);
    writeFileSync("part", sources.join("\n"));
    const linted = await run("--from", "part", ...files, "-f", "github");
    const err = sources.map((source) => `cloud-init-lint: ${source}: ${NOTHING}\n`).join("");
    expect(linted).toEqual({ status: 3, out: "", err });
    expect(written()).toEqual(["json", "junit"]);
    const json = readFileSync("none.json", "utf8");
    const notLinted = sources.map((source) => ({ source, status: 3, message: NOTHING }));
    expect(JSON.parse(json)).toEqual({ schemaVersion: 2, images: [], notLinted });
    expect(readFileSync("none.junit", "utf8")).toContain(`errors="${count}"`);
    expect(await run("merge", "none.json", "-f", "json")).toMatchObject({ status: 3, out: json });
    expect(await run("merge", "none.json", "-f", "sarif")).toMatchObject({ status: 3, out: "" });
    for (const format of written()) rmSync(`none.${format}`);
  });

  test("without a list there is no report", async () => {
    expect(await run("empty", ...files)).toMatchObject({ status: 3, out: "" });
    expect(written()).toEqual([]);
  });

  test("wrong usage writes nothing", async () => {
    writeFileSync("wrong", "web\n");
    expect(await run("--from", "wrong", "--root", "2", ...files)).toMatchObject({ status: 2, out: "" });
    expect(written()).toEqual([]);
  });
});

test("JSON of several images always has the list of those that could not be linted, that of one image only if it is one", async () => {
  const keysOf = async (...images: string[]) =>
    Object.keys(JSON.parse((await run(...images, "-f", "json", "--exit-zero")).out));
  expect(await keysOf("web", "db")).toEqual(["schemaVersion", "images", "notLinted"]);
  expect(await keysOf("web")).toEqual(["schemaVersion", "images"]);
});

test("an id without its kind is no path: the message says how to lint it", async () => {
  expect(await run("ami-0123456789abcdef0")).toMatchObject({
    status: 3,
    err: "cloud-init-lint: ami-0123456789abcdef0: no such file or directory; to lint it by its id, write ami:ami-0123456789abcdef0\n",
  });
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
