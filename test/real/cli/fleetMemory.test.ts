import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAws } from "../../aws/server.ts";
import { image } from "../../aws/world.ts";
import { describeReal } from "../describeReal.ts";

const FIXTURES = ["debian-12-hardened", "ubuntu-24.04", "rocky-9", "debian-12"];

describeReal("the memory of a fleet over four threads", {}, () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** The peak of the process in MB. */
  async function peakOf(images: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
    writeFileSync(join(directory, "list"), images.join("\n"));
    const program = [resolve("test/real/printPeakMemory.cjs"), resolve("dist/cloud-init-lint.cjs")];
    const args = ["-r", ...program, "--from", "list", "-j", "4"];
    const env = { ...process.env, ...environment };
    const running = promisify(execFile)(process.execPath, args, { cwd: directory, env, maxBuffer: 1e8 });
    // Status 1, which findings have, is an error of execFile.
    const { code, stderr } = await running.then(
      ({ stderr }) => ({ code: 0, stderr }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).toBe(1);
    return Number(/([\d.]+)\n$/.exec(stderr)?.[1]);
  }

  test("stays under 400 MB and hardly grows with the images", async () => {
    const images = Array.from({ length: 60 }, (_, index) => {
      const name = `image-${index}`;
      const fixture = FIXTURES[index % FIXTURES.length]!;
      cpSync(`fixtures/${fixture}`, join(directory, name), { recursive: true });
      writeFileSync(join(directory, name, "etc/hostname"), `host-${index}\n`);
      return name;
    });
    const [few, many] = [await peakOf(images.slice(0, 12)), await peakOf(images)];
    expect(many).toBeLessThan(350);
    // About 80 kB for the report of each, beside what V8 happens to keep.
    expect(many - few).toBeLessThan(90);
  });

  test("so does one of AMIs", async () => {
    const { base64 } = JSON.parse(readFileSync("test/aws/root.json", "utf8")) as { base64: string };
    const content = Buffer.from(base64, "base64");
    const ids = Array.from({ length: 48 }, (_, index) => index.toString(16).padStart(17, "0"));
    const imageOf = (id: string) =>
      image({ blockDeviceMapping: [{ deviceName: "/dev/xvda", ebs: { snapshotId: `snap-${id}`, volumeSize: 1 } }] });
    const aws = await startAws({
      images: Object.fromEntries(ids.map((id) => [`ami-${id}`, imageOf(id)])),
      snapshots: Object.fromEntries(ids.map((id) => [`snap-${id}`, { content }])),
    });
    try {
      const list = ids.map((id) => `ami-${id}`);
      const [few, many] = [await peakOf(list.slice(0, 12), aws.environment), await peakOf(list, aws.environment)];
      expect(many).toBeLessThan(370);
      expect(many - few).toBeLessThan(90);
    } finally {
      await aws.close();
    }
  });
});
