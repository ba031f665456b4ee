import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeReal } from "../describeReal.ts";

const FIXTURES = ["debian-12-hardened", "ubuntu-24.04", "rocky-9", "debian-12"];

describeReal("the memory of a fleet over four threads", {}, () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** The peak of the process in MB. */
  function peakOf(images: readonly string[]): number {
    writeFileSync(join(directory, "list"), images.join("\n"));
    const args = [
      "-r",
      resolve("test/real/printPeakMemory.cjs"),
      resolve("dist/cloud-init-lint.cjs"),
      "--from",
      "list",
      "-j",
      "4",
    ];
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: directory, encoding: "utf8" });
    expect(status).toBe(1);
    return Number(/([\d.]+)\n$/.exec(stderr)?.[1]);
  }

  test("stays under 400 MB and hardly grows with the images", () => {
    const images = Array.from({ length: 60 }, (_, index) => {
      const name = `image-${index}`;
      const fixture = FIXTURES[index % FIXTURES.length]!;
      cpSync(`fixtures/${fixture}`, join(directory, name), { recursive: true });
      writeFileSync(join(directory, name, "etc/hostname"), `host-${index}\n`);
      return name;
    });
    const [few, many] = [peakOf(images.slice(0, 12)), peakOf(images)];
    expect(many).toBeLessThan(350);
    // About 80 kB for the report of each, beside what V8 happens to keep.
    expect(many - few).toBeLessThan(90);
  });
});
