/**
 * What one release changes, on both sides of it. The rows of releases.json were recorded from upstream's releases, which
 * replaced cloud-init in a Debian root that was booted as test/first-boot boots it: an image of the row's files on which
 * `before` and `since` leave other files behind, or run other modules.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { BootResult } from "../../../src/boot/boot.ts";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot } from "../firstBoot.ts";

type File =
  | string
  | {
      readonly content?: string;
      readonly directory?: true;
      readonly remove?: true;
      readonly mode?: string;
      readonly owner?: string;
    };

interface Row {
  readonly since: string;
  readonly before: string;
  readonly what: string;
  readonly config: string;
  readonly files: Readonly<Record<string, File>>;
  readonly metaData?: string;
  readonly userData?: string;
  /** Set where the contents are random: only modes are compared. */
  readonly random?: true;
  readonly results: Readonly<Record<string, Result>>;
}

/** Mode and text of each path, null where it is missing; how each module ended, null where it did not run. */
interface Result {
  readonly paths: Readonly<Record<string, readonly [mode: string, text: string] | null>>;
  readonly modules?: Readonly<Record<string, "SUCCESS" | "FAIL" | null>>;
}

const rows = JSON.parse(readFileSync(new URL("releases.json", import.meta.url), "utf8")) as Row[];

function memoryFiles(files: Row["files"]): Record<string, MemoryFile> {
  const entries = Object.entries(files).flatMap(([path, file]): [string, MemoryFile][] => {
    if (typeof file === "string") return [[path, file]];
    if (file.remove) return [];
    if (file.directory) return [[path, { directory: true }]];
    const gid = file.owner === "root:shadow" ? 42 : 0;
    return [[path, { content: file.content ?? "", mode: Number.parseInt(file.mode ?? "644", 8), gid }]];
  });
  return Object.fromEntries(entries);
}

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function compare(result: BootResult, { paths, modules = {} }: Result, random: boolean): void {
  for (const [path, expected] of Object.entries(paths)) {
    const stat = result.after.stat(path);
    const mode = stat?.mode.toString(8);
    expect(mode, path).toBe(expected?.[0]);
    if (expected === null || random) continue;
    // A placeholder stands for anything.
    const parts = result.after
      .read(path)!
      .toString()
      .split(/<<unknown:[^>]*>>/);
    expect(expected[1], path).toMatch(new RegExp(`^${parts.map(literally).join("[^]*")}$`));
  }
  for (const [name, expected] of Object.entries(modules)) {
    const outcome = result.modules.find((module) => module.name === name);
    const ours = outcome?.ran ? (outcome.failed ? "FAIL" : "SUCCESS") : null;
    expect(ours, name).toBe(expected);
  }
}

describe.each(rows)("$since: $what", ({ config, files, results, random = false, ...launch }) => {
  test.each(Object.entries(results))("%s", (version, result) => {
    const { metaData = "instance-id: i-1\n", userData = "" } = launch;
    const packages = { "openssh-server": "1:9.2p1-2" };
    compare(firstBoot({ version, config, files: memoryFiles(files), metaData, userData, packages }), result, random);
  });

  test("shows the release", () => {
    const [before, since] = Object.values(results);
    expect(before).not.toEqual(since);
  });
});
