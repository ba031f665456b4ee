import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

describeReal("special files", programs("mkfifo"), () => {
  test("a pipe is never opened", () => {
    const root = tree({ "etc/cloud/cloud.cfg.d/README": "" });
    execFileSync("mkfifo", [join(root, "etc/cloud/cloud.cfg")]);
    symlinkSync("cloud.cfg", join(root, "etc/cloud/link.cfg"));
    const image = openDirectory(root);
    for (const path of ["/etc/cloud/cloud.cfg", "/etc/cloud/link.cfg"]) {
      expect(image.stat(path)?.kind).toBe("special");
      expect(image.read(path)).toBeUndefined();
    }
    expect(image.problems).toEqual([]);
  });
});

describeReal("devices", { ...asRoot, ...programs("mknod") }, () => {
  test("an endless one is not read", () => {
    const root = tree({});
    try {
      execFileSync("mknod", [join(root, "zero"), "c", "1", "5"], { stdio: "pipe" });
    } catch {
      // A container may forbid device nodes: then no image can hold one here.
      return;
    }
    const image = openDirectory(root);
    expect(image.stat("/zero")?.kind).toBe("special");
    expect(image.read("/zero")).toBeUndefined();
  });
});
