import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connectionTo, RemoteThread, startRemoteThread } from "../../../src/disk/remote/thread.ts";
import { openImage } from "../../../src/lint/openImage.ts";
import { run, runWith } from "../../cli/run.ts";
import { packed, tarball } from "../../image/tarball.ts";
import { whole } from "../../samples.ts";
import { erofsOf } from "./erofsOf.ts";
import { type RangeServer, rangeServer } from "./rangeServer.ts";

const ROOT = "fixtures/debian-12-hardened";
const BLOCK = 256 * 1024;
const program = resolve("dist/cloud-init-lint.cjs");

let scratch: string;
let before: number;
beforeEach(() => {
  before = temporaryFiles();
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function file(name: string, bytes: Buffer): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

/** The root as a disk of which each file lies in a block of its own. */
const image = erofsOf(ROOT, BLOCK);

/** A server of that disk. */
async function diskServer(delay = 0): Promise<RangeServer> {
  return rangeServer({ disk: file("disk", image) }, delay);
}

/** In which block a file's content is. */
function blockOf(text: string): number {
  const at = image.indexOf(text);
  expect(at).toBeGreaterThan(BLOCK);
  return Math.floor(at / BLOCK);
}

/** How many temporary files are open in this process. They have no name any more. */
function temporaryFiles(): number {
  const names = readdirSync("/proc/self/fd").map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return "";
    }
  });
  return names.filter((name) => /cloud-init-lint-[0-9a-f]{16} \(deleted\)$/.test(name)).length;
}

describe("a disk behind a URL", () => {
  test.each(["lint", "plan"])("gives the same %s as its directory, to the byte", async (command) => {
    const server = await diskServer();
    const url = server.url("disk");
    const [near, far] = [await run(command, ROOT, "-f", "json"), await run(command, url, "-f", "json")];
    expect(far.err).toBe("");
    expect(far.status).toBe(near.status);
    expect(far.out.replaceAll(url, ROOT)).toBe(near.out);
    const asked = (await server.asked()).map(({ range }) => range);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test.runIf(whole)("can be the unmodified image; several are read at once", async () => {
    const server = await diskServer(2);
    const url = server.url("disk");
    const { status, out, err } = await runWith(
      { program },
      ...["lint", url, ROOT, `${url}?2`, "--jobs", "3", "--pristine", url, "-f", "json"],
    );
    expect({ status, err }).toEqual({ status: 0, err: "" });
    const { images } = JSON.parse(out) as { images: { findings: unknown[] }[] };
    expect(images.length).toBe(3);
    for (const { findings } of images) expect(findings).toEqual(images[0]!.findings);
    // What the threads shared is closed by the thread that reads, in its own time.
    await vi.waitFor(() => expect(temporaryFiles()).toBe(before));
    const opened = await Promise.all([url, url].map((one) => openImage(one)));
    expect(temporaryFiles()).toBe(before + 2);
    for (const one of opened) one.close?.();
    expect(temporaryFiles()).toBe(before);
  });

  test.each([
    ["fails", "access is denied"],
    ["changes", "it changed while it was read"],
  ])("of which a block %s is never clean", async (fault, reason) => {
    const server = await diskServer();
    const url = server.url("disk", `${fault}-${blockOf("PasswordAuthentication")}`);
    const { status, out, err } = await run(url, "-f", "json");
    expect(status).toBe(4);
    expect(err).toContain(`${url}: `);
    expect(err).toContain(` was not read: ${reason}`);
    expect(JSON.parse(out).images[0]).toMatchObject({ complete: false });
    expect(temporaryFiles()).toBe(before);
  });

  test("is closed by every command, however it ends", async () => {
    const server = await diskServer();
    const url = server.url("disk");
    const elsewhere = ["--datasource", "WSL"];
    const fixed = join(scratch, "fixed");
    for (const [args, status] of [
      [["lint", url, "--pristine", url], 0],
      [["lint", "none", "--pristine", url], 3],
      [["lint", url, "--platform", "linux/arm64"], 2],
      [["plan", url], 0],
      [["plan", url, "-f", "html", ...elsewhere], 2],
      [["config", url], 0],
      [["config", url, ...elsewhere], 2],
      [["fix", url, "--pristine", url, "--output", fixed], 0],
      [["fix", url], 2],
      [["fix", url, "--dry-run", ...elsewhere], 2],
      [["fix", "none", "--dry-run", "--pristine", url], 3],
    ] as const) {
      const { status: ended, err } = await run(...args);
      expect([args, ended, err]).toEqual([args, status, expect.any(String)]);
      expect(temporaryFiles(), args.join(" ")).toBe(before);
    }
  });

  test("that cannot be opened leaves nothing open", async () => {
    const server = await diskServer();
    const names = [".", "..", ...readdirSync(`${ROOT}/usr`).sort()].join("");
    const { status, out, err } = await run(server.url("disk", `fails-${blockOf(names)}`));
    expect({ status, out }).toEqual({ status: 4, out: "" });
    expect(err).toMatch(/^cloud-init-lint: .*access is denied.*\n$/);
    expect(temporaryFiles()).toBe(before);
  });

  test("that answers no more is left at once when a signal ends the run", async () => {
    const server = await diskServer();
    const block = blockOf("PasswordAuthentication");
    const child = spawn(process.execPath, [program, server.url("disk", `silent-${block}`)], { stdio: "ignore" });
    const isAsked = ({ range }: { range: string | undefined }) => range?.startsWith(`bytes=${block * BLOCK}-`) === true;
    while (!(await server.asked()).some(isAsked)) await new Promise((done) => setTimeout(done, 20));
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
  });
});

test("a disk for whose blocks there is too little room is status 4, while it is opened and later", async () => {
  const server = await diskServer();
  for (const room of ["20K", "100K", "200K", "300K"]) {
    const { status, err } = await run(server.url("disk"), "--max-temporary", room);
    expect([room, status]).toEqual([room, 4]);
    expect(err).toContain("--max-temporary");
  }
});

describe("what can only be read as a whole", () => {
  const tar = tarball(packed(ROOT, ["etc", "usr", "var"]));
  const files = () => ({ tar: file("tar", tar), tgz: file("tgz", gzipSync(tar)), gz: file("gz", gzipSync(image)) });

  test("is not downloaded unless that is allowed", async () => {
    const server = await rangeServer({ ...files(), disk: file("disk", image) });
    const errors = await Promise.all(
      [server.url("tar"), server.url("tgz"), server.url("gz"), server.url("disk", "whole")].map(async (url) => {
        const { status, out, err } = await run(url);
        expect(out).toBe("");
        return `${status} ${err.replace(`cloud-init-lint: ${url}: `, "")}`;
      }),
    );
    expect(errors).toEqual([
      "2 it is a tar archive, so that it must be read as a whole; add --download to download it (1 MiB)\n",
      "2 it is compressed with gzip, so that it must be read as a whole; add --download to download it (1 MiB)\n",
      "2 it is compressed with gzip, so that it must be read as a whole; add --download to download it (1 MiB)\n",
      `2 the server cannot send parts of a file; add --download to download all of it (${(image.length / 2 ** 20).toFixed(1)} MiB)\n`,
    ]);
  });

  test.runIf(whole)("gives the same lint as on this machine, in parts and as a whole", async () => {
    const here = { ...files(), disk: file("disk", image) };
    const server = await rangeServer(here);
    const near = { tar: await run(here.tar, "-f", "json"), disk: await run(here.disk, "-f", "json") };
    for (const [name, fault, same] of [
      ["tar", "whole", "tar"],
      ["tgz", "fine", "tar"],
      ["gz", "fine", "disk"],
      ["gz", "whole", "disk"],
      ["disk", "whole", "disk"],
    ] as const) {
      const url = server.url(name, fault);
      const { status, out, err } = await run(url, "--download", "-f", "json");
      const renamed = { status, out: out.replaceAll(url, here[same]), err: err.replaceAll(url, here[same]) };
      expect(renamed, url).toEqual(near[same]);
      expect(temporaryFiles(), url).toBe(before);
    }
  });

  test("tells how much of it is there", async () => {
    const server = await rangeServer(files());
    for (const [name, fault] of [
      ["gz", "fine"],
      ["gz", "whole"],
    ] as const) {
      const told: (readonly [number, number | undefined])[] = [];
      const url = server.url(name, fault);
      const opened = await openImage(url, { download: true, downloaded: (...how) => void told.push(how) });
      opened.close?.();
      const size = readFileSync(join(scratch, name)).length;
      expect(told.at(-1)).toEqual([size, size]);
      expect(told.map(([bytes]) => bytes)).toEqual(told.map(([bytes]) => bytes).toSorted((a, b) => a - b));
    }
  });

  test("takes no more room than is allowed, and a download that breaks is status 4", async () => {
    const server = await rangeServer({ ...files(), disk: file("disk", image) });
    const large = await run(server.url("disk", "whole"), "--download", "--max-temporary", "100K");
    expect(large.status).toBe(4);
    expect(large.err).toContain("--max-temporary");
    const broken = await run(server.url("disk", "breaks"), "--download");
    expect(broken.status).toBe(4);
    expect(broken.err).toMatch(/: the download broke after \d+ of \d+ bytes \(/);
    expect(temporaryFiles()).toBe(before);
  });
});

test.runIf(whole)("a thread that ends is noticed, whether its answers are awaited or waited for", async () => {
  const dying = "process.once('uncaughtException', () => process.exit(3)); throw new Error('it dies')";
  const program = `setTimeout(() => { ${dying} }, 50)`;
  const request = { kind: "open", source: "https://example.invalid/", options: {}, isShared: false } as const;
  const start = (mostMissed?: number) => {
    const worker = startRemoteThread(program);
    return new RemoteThread(connectionTo(worker), worker, mostMissed);
  };
  const awaited = start();
  await expect(awaited.ask(request)).rejects.toThrow("ended with 3");
  expect(awaited.hasEnded).toBe(true);
  await expect(awaited.ask(request)).rejects.toThrow("ended with 3");
  expect(() => start(1).askNow(request)).toThrow("does not answer any more");
});
