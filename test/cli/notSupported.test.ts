import { expect, test } from "vitest";
import { tree } from "../image/tree.ts";
import { run } from "./run.ts";

test("an image of a distribution without cloud-init: status 3 and why", async () => {
  const root = tree({ "etc/os-release": "ID=flatcar\nVERSION_ID=4081.2.0\n" });
  const { err, status } = await run(root);
  expect(status).toBe(3);
  expect(err).toContain("not supported: Flatcar runs Ignition and coreos-cloudinit, and there is no cloud-init in it");
});
