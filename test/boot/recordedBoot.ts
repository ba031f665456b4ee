import { expect } from "vitest";
import type { MemoryFile } from "../../src/image/memory.ts";
import { firstBoot } from "./firstBoot.ts";

/** An image and a launch that upstream's releases booted in a Debian root, as test/real/boot boots it. */
export interface RecordedBoot {
  /** /etc/cloud/cloud.cfg. */
  readonly config: string;
  readonly files: Readonly<Record<string, File>>;
  readonly metaData?: string;
  readonly userData?: string;
  /** Set where the contents are random: only modes are compared. */
  readonly random?: true;
  /** By release. */
  readonly results: Readonly<Record<string, RecordedResult>>;
}

/** `mode` in octal, `owner` as "user:group". */
type File =
  | string
  | {
      readonly content?: string;
      readonly directory?: true;
      readonly remove?: true;
      readonly mode?: string;
      readonly owner?: string;
    };

/** Mode and text of each path, null where it is missing; how each module ended, null where it did not run. */
export interface RecordedResult {
  readonly paths: Readonly<Record<string, readonly [mode: string, text: string] | null>>;
  readonly modules?: Readonly<Record<string, "SUCCESS" | "FAIL" | null>>;
}

/** Boots the image in memory and compares what a release has left behind. */
export function expectRecorded(recorded: RecordedBoot, version: string): void {
  const { config, files, metaData = "instance-id: i-1\n", userData = "", random } = recorded;
  const { paths, modules = {} } = recorded.results[version]!;
  const packages = { "openssh-server": "1:9.2p1-2" };
  const { after, modules: outcomes } = firstBoot({
    version,
    config,
    files: memoryFiles(files),
    metaData,
    userData,
    packages,
  });
  for (const [path, expected] of Object.entries(paths)) {
    expect(after.stat(path)?.mode.toString(8), path).toBe(expected?.[0]);
    if (expected === null || random) continue;
    // A placeholder stands for anything.
    const parts = after
      .read(path)!
      .toString()
      .split(/<<unknown:[^>]*>>/);
    expect(expected[1], path).toMatch(new RegExp(`^${parts.map(literally).join("[^]*")}$`));
  }
  for (const [name, expected] of Object.entries(modules)) {
    const outcome = outcomes.find((module) => module.name === name);
    const isCalled = outcome !== undefined && outcome.status !== "skipped";
    const ours = isCalled ? (outcome.status === "failed" ? "FAIL" : "SUCCESS") : null;
    expect(ours, name).toBe(expected);
  }
}

function memoryFiles(files: RecordedBoot["files"]): Record<string, MemoryFile> {
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
