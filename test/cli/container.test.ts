import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyFixture } from "../fixtures/fixtureImages.ts";
import { dockerArchive, everyForm, layoutDirectory, ociLayout } from "../image/containers.ts";
import { packed } from "../image/tarball.ts";
import { tree } from "../image/tree.ts";
import { whole } from "../samples.ts";
import { run } from "./run.ts";

/** The example image as two layers. */
function layered(): { root: string; built: { layers: ReturnType<typeof packed>[] } } {
  const root = tree({});
  copyFixture("debian-12-hardened", root);
  return { root, built: { layers: [packed(root, ["usr", "var"]), [...packed(root, ["etc"])]] } };
}

test.runIf(whole)("lint and plan of a container image are those of its root directory", async () => {
  const { root, built } = layered();
  const asked = [
    ["lint", "-f", "json", "--min-severity", "info"],
    ["plan", "-f", "json"],
  ];
  for (const command of asked) {
    const expected = await run(...command, root);
    for (const source of [...everyForm(ociLayout([built]), [0, 4]), ...everyForm(dockerArchive([built]), [1])]) {
      const { out, err, status } = await run(...command, source);
      expect(out.replaceAll(source, root)).toBe(expected.out);
      expect({ err, status }).toEqual({ err: expected.err, status: expected.status });
    }
  }
});

test.runIf(whole)("which of several, and an image without cloud-init", async () => {
  const { built } = layered();
  const [source = ""] = everyForm(
    ociLayout([
      { ...built, names: ["app:1"] },
      { layers: [[{ name: "etc/x", content: "x" }]], names: ["app:2"] },
    ]),
    [0],
  );
  expect(await run(source)).toMatchObject({
    status: 2,
    out: "",
    err: expect.stringContaining("2 app:2 (linux/amd64)"),
  });
  expect(await run("--root", "1", source)).toMatchObject({ status: 1 });
  expect(await run("--root", "2", source)).toMatchObject({
    status: 3,
    out: "",
    err: expect.stringContaining("no cloud-init found"),
  });
  expect(await run("--platform", "linux/s390x", source)).toMatchObject({
    status: 2,
    err: expect.stringContaining("available: linux/amd64"),
  });
});

test("--root and --platform are errors where they choose nothing; for --pristine they count only where they choose", async () => {
  const { root, built } = layered();
  const both = layoutDirectory(
    ociLayout([
      { ...built, names: ["app:1"] },
      { layers: [[{ name: "etc/x", content: "x" }]], names: ["app:2"] },
    ]),
  );
  const one = layoutDirectory(ociLayout([built]));
  expect(await run("--root", "2", root)).toMatchObject({
    status: 2,
    err: `cloud-init-lint: --root 2: ${root} contains one root file system\n`,
  });
  expect(await run("plan", "--platform", "linux/amd64", root)).toMatchObject({
    status: 2,
    err: `cloud-init-lint: --platform linux/amd64: ${root} is not a container image\n`,
  });
  expect(await run("--platform", "linux/amd64", "--pristine", root, one)).toMatchObject({ status: 0, err: "" });
  expect(await run("--root", "1", "--pristine", both, root)).toMatchObject({ status: 0, err: "" });
  expect(await run("--pristine", both, root)).toMatchObject({ status: 2, err: expect.stringContaining("app:2") });
});

test("of the disks of one machine, the one that is missing is named", async () => {
  const directory = tree({ "a+b.img": "x" });
  const [first, missing] = [join(directory, "a+b.img"), join(directory, "c+d.img")];
  writeFileSync(first, Buffer.alloc(4096));
  expect(await run(`${first}+${missing}`)).toMatchObject({
    status: 3,
    err: `cloud-init-lint: ${first}+${missing}: ${join(directory, "c")}: no such file\n`,
  });
  expect((await run(`${first}+${first}`)).err).toContain("neither a supported image");
});

test("a directory in which the root is another one says so", async () => {
  const root = tree({ "metadata.yaml": "x", "rootfs/etc/cloud/cloud.cfg": "users: []\n" });
  expect(await run(root)).toMatchObject({
    status: 3,
    err: expect.stringContaining("the root directory is rootfs/ in it"),
  });
});

test.runIf(whole)("fix writes nothing into a directory of a container image, and shows its diff", async () => {
  const { built } = layered();
  const layout = layoutDirectory(ociLayout([built]));
  const before = readdirSync(layout, { recursive: true });
  expect(await run("fix", layout)).toMatchObject({ status: 2, err: expect.stringContaining("--output DIR") });
  expect(await run("fix", "--dry-run", layout)).toMatchObject({ out: expect.stringContaining("+++ b/etc/cloud") });
  expect(readdirSync(layout, { recursive: true })).toEqual(before);
});
