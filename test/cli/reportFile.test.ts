import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeReportFile } from "../../src/cli/reportFile.ts";
import { run } from "./run.ts";

const IMAGE = "fixtures/debian-12";

let scratch: string;
let file: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  file = join(scratch, "lint.sarif");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(scratch, { recursive: true, force: true });
});

/** Writes half of it, then does something. */
function halfway(action: () => void) {
  return async (handle: FileHandle, text: string) => {
    await handle.writeFile(text.slice(0, text.length / 2));
    action();
  };
}

const fullDisk = halfway(() => {
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
});

describe("a report", () => {
  test("stands under its name only when it is complete", async () => {
    let meanwhile: string[] = [];
    await writeReportFile(
      file,
      "new report",
      halfway(() => (meanwhile = readdirSync(scratch))),
    );
    expect(meanwhile).toHaveLength(1);
    expect(meanwhile).not.toContain("lint.sarif");
    expect(readdirSync(scratch)).toEqual(["lint.sarif"]);
  });

  test("leaves the earlier one where the disk is full, and nothing else", async () => {
    await expect(writeReportFile(file, "new report", fullDisk)).rejects.toThrow("no space left");
    expect(readdirSync(scratch)).toEqual([]);
    writeFileSync(file, "earlier");
    await expect(writeReportFile(file, "new report", fullDisk)).rejects.toThrow("no space left");
    expect(readdirSync(scratch)).toEqual(["lint.sarif"]);
    expect(readFileSync(file, "utf8")).toBe("earlier");
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "leaves the earlier one at %s, which still ends the program",
    async (signal) => {
      writeFileSync(file, "earlier");
      const before = process.listenerCount(signal);
      let left: string[] = [];
      const kill = vi.spyOn(process, "kill").mockImplementation(() => {
        left = readdirSync(scratch);
        throw new Error("killed");
      });
      const interrupted = halfway(() => process.emit(signal, signal));
      await expect(writeReportFile(file, "new report", interrupted)).rejects.toThrow("killed");
      expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, signal);
      expect(left).toEqual(["lint.sarif"]);
      expect(readFileSync(file, "utf8")).toBe("earlier");
      expect(process.listenerCount(signal)).toBe(before);
    },
  );

  test("keeps the mode of the earlier one; a new one has the usual mode", async () => {
    await writeReportFile(file, "x");
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
    chmodSync(file, 0o600);
    await writeReportFile(file, "y");
    expect({ mode: statSync(file).mode & 0o777, text: readFileSync(file, "utf8") }).toEqual({ mode: 0o600, text: "y" });
  });

  test("goes through links to the file that they mean, which need not be there yet", async () => {
    mkdirSync(join(scratch, "reports"));
    symlinkSync("reports/real", file);
    symlinkSync("lint.sarif", join(scratch, "again"));
    for (const text of ["first", "second"]) {
      await writeReportFile(join(scratch, "again"), text);
      expect(readFileSync(join(scratch, "reports/real"), "utf8")).toBe(text);
    }
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(scratch, "reports"))).toEqual(["real"]);
  });

  test.each(["EACCES", "EPERM", "EROFS", "EBUSY"])(
    "is written into a file that may not be replaced (%s)",
    async (code) => {
      const denied = () => Promise.reject(Object.assign(new Error(`${code}: no`), { code }));
      await expect(writeReportFile(file, "new", denied)).rejects.toThrow(code);
      expect(readdirSync(scratch)).toEqual([]);
      writeFileSync(file, "earlier");
      await writeReportFile(file, "new", denied);
      expect(readdirSync(scratch)).toEqual(["lint.sarif"]);
      expect(readFileSync(file, "utf8")).toBe("new");
    },
  );

  test("may go to a device", async () => {
    expect(await run(IMAGE, "-f", "sarif=/dev/null")).toMatchObject({ status: 0, out: "", err: "" });
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

describe("a file that a report cannot go to is refused before anything is read", () => {
  test.each<[string, (file: string) => string[], RegExp]>([
    ["a missing directory", (path) => [IMAGE, "-f", `sarif=${path}/x`], /directory \S+lint\.sarif does not exist\n$/],
    ["a directory", () => [IMAGE, "-f", "json=src"], /this is a directory; name a file in it/],
    ["a directory that is not there", (path) => [IMAGE, "-f", `json=${path}/`], /directory .* does not exist/],
    [
      "the same file twice",
      (path) => [IMAGE, "-f", `json=${path}`, "-f", `sarif=${path}`],
      /another report is written/,
    ],
    ["user-data", () => [IMAGE, "--user-data", "package.json", "-f", "json=package.json"], /is an input/],
    ["the seed", () => [IMAGE, "--seed", "examples/packer/seed", "-f", "json=examples/packer/seed/user-data"], /input/],
    ["the image of a plan", () => ["plan", "package.json", "-f", "json=./package.json"], /is an input/],
    ["the image of config", () => ["config", "package.json", "-f", "json=./package.json"], /is an input/],
  ])("%s", async (_what, args, message) => {
    const { status, out, err } = await run(...args(file));
    expect({ status, out, err }).toEqual({ status: 2, out: "", err: expect.stringMatching(message) });
    expect(err).toMatch(/^[^\n]*\n$/);
    expect(readdirSync(scratch)).toEqual([]);
  });

  test("the same file under two names", async () => {
    symlinkSync("lint.sarif", join(scratch, "link"));
    const { status, err } = await run(IMAGE, "-f", `json=${file}`, "-f", `sarif=${join(scratch, "link")}`);
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringContaining("another report is written to this file; name another one"),
    });
  });
});
