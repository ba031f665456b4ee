import { readdirSync } from "node:fs";
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

test("lint and plan of a container image are those of its root directory", async () => {
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

test.runIf(whole)("fix writes nothing into a directory of a container image, and shows its diff", async () => {
  const { built } = layered();
  const layout = layoutDirectory(ociLayout([built]));
  const before = readdirSync(layout, { recursive: true });
  expect(await run("fix", layout)).toMatchObject({ status: 2, err: expect.stringContaining("--output DIR") });
  expect(await run("fix", "--dry-run", layout)).toMatchObject({ out: expect.stringContaining("+++ b/etc/cloud") });
  expect(readdirSync(layout, { recursive: true })).toEqual(before);
});
