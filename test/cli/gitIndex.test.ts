import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { trackedFiles } from "../../src/cli/gitIndex.ts";
import { openRepository } from "../../src/cli/repository.ts";
import { tree } from "../image/tree.ts";
import { gitIndex, NAMES } from "./gitIndexes.ts";

describe("the files that git tracks", () => {
  test.each(["version 2", "version 4", "SHA-256", "with extensions"] as const)("%s", (name) => {
    expect(trackedFiles(gitIndex(name))?.sort()).toEqual([...NAMES].sort());
  });

  test("version 3, with a file that is only meant to be added", () => {
    const index = gitIndex("version 3");
    expect(index.readUInt32BE(4)).toBe(3);
    expect(trackedFiles(index)?.sort()).toEqual([...NAMES, "later"].sort());
  });

  test("none of a split index, nor of bytes that are damaged", () => {
    const whole = gitIndex("version 2");
    for (let length = 0; length < whole.length - 40; length += 7)
      expect(trackedFiles(whole.subarray(0, length)), String(length)).toBeUndefined();
    expect(trackedFiles(gitIndex("split"))).toBeUndefined();
  });
});

describe("what equals a file of the image", () => {
  const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
  const TEXT = "ssh_pwauth: true\n";
  const files = { "files/team.cfg": TEXT, "build/rootfs/etc/cloud/cloud.cfg.d/20-team.cfg": TEXT };

  test("is a tracked file, not what a build left behind, in the working tree and in a worktree", () => {
    const root = tree({ ...files, ".git/HEAD": "ref: refs/heads/main\n" });
    writeFileSync(join(root, ".git/index"), gitIndex("team"));
    expect(openRepository({}, root).file(TEAM, TEXT)?.path).toBe("files/team.cfg");
    const worktree = join(root, ".git/worktrees/other");
    mkdirSync(worktree, { recursive: true });
    writeFileSync(join(worktree, "index"), gitIndex("team"));
    const other = tree({ ...files, ".git": `gitdir: ${worktree}\n` });
    expect(openRepository({}, other).file(TEAM, TEXT)?.path).toBe("files/team.cfg");
  });

  test("is any file where git tracks none", () => {
    const root = tree({ "files/team.cfg": TEXT, ".git/HEAD": "ref: refs/heads/main\n" });
    expect(openRepository({}, root).file(TEAM, TEXT)?.path).toBe("files/team.cfg");
  });

  test("is told for each content of its own", () => {
    const root = tree({ ".git/x": "", "files/one.cfg": TEXT, "files/two.cfg": `# two\n${TEXT}` });
    const repository = openRepository({}, root);
    expect(repository.file(TEAM, TEXT)?.path).toBe("files/one.cfg");
    expect(repository.file(TEAM, `# two\n${TEXT}`)?.path).toBe("files/two.cfg");
  });
});
