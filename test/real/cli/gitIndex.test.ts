import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { trackedFiles } from "../../../src/cli/gitIndex.ts";
import { openRepository } from "../../../src/cli/repository.ts";
import { NAMES } from "../../cli/gitIndexes.ts";
import { describeReal, programs } from "../describeReal.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync("git", ["-C", root, "-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
    encoding: "utf8",
  });

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** A repository with the names above tracked, a link among them. */
function tracked(...init: string[]): void {
  git("init", "-q", ...init);
  for (const name of NAMES) write(name, `${name}\n`);
  symlinkSync("a", join(root, "link"));
  git("add", "-A");
}

const index = () => readFileSync(join(root, ".git/index"));

describeReal("the files that git tracks, as git itself writes them down", programs("git"), () => {
  test.each([
    ["version 2", [], ["status"]],
    ["version 4", [], ["update-index", "--index-version", "4"]],
    ["SHA-256", ["--object-format=sha256"], ["status"]],
    ["with extensions", [], ["commit", "-qm", "x"]],
  ])("%s", (_what, init, then) => {
    tracked(...init);
    git(...then);
    expect(trackedFiles(index())?.sort()).toEqual([...NAMES].sort());
  });

  test("version 3, with a file that is only meant to be added", () => {
    tracked();
    write("later", "x");
    git("add", "-N", "later");
    expect(index().readUInt32BE(4)).toBe(3);
    expect(trackedFiles(index())?.sort()).toEqual([...NAMES, "later"].sort());
  });

  test("none of a split index, nor of bytes that are damaged", () => {
    tracked();
    const whole = index();
    for (let length = 0; length < whole.length - 40; length += 7)
      expect(trackedFiles(whole.subarray(0, length)), String(length)).toBeUndefined();
    git("update-index", "--split-index");
    write("more", "x");
    git("add", "more");
    expect(trackedFiles(index())).toBeUndefined();
  });
});

describeReal("what equals a file of the image", programs("git"), () => {
  const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
  const TEXT = "ssh_pwauth: true\n";

  test("is a tracked file, not what a build left behind, in the working tree and in a worktree", () => {
    tracked();
    write("files/team.cfg", TEXT);
    git("add", "files");
    git("commit", "-qm", "x");
    write("build/rootfs/etc/cloud/cloud.cfg.d/20-team.cfg", TEXT);
    expect(openRepository({}, root).file(TEAM, TEXT)?.path).toBe("files/team.cfg");
    git("worktree", "add", "-q", join(root, "build/other"));
    expect(openRepository({}, join(root, "build/other")).file(TEAM, TEXT)?.path).toBe("files/team.cfg");
  });

  test("is any file where git tracks none", () => {
    git("init", "-q");
    write("files/team.cfg", TEXT);
    expect(openRepository({}, root).file(TEAM, TEXT)?.path).toBe("files/team.cfg");
  });
});
