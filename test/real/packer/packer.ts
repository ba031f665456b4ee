import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Log, Result } from "sarif";

export const hasPacker = spawnSync("packer", ["version"]).status === 0;
/** The command that the templates call. */
export const lint = `${process.execPath} ${resolve("dist/cloud-init-lint.cjs")}`;

/** What a build of the real Packer came to. */
export interface Build {
  readonly status: number | null;
  readonly out: string;
  /** What the build leaves in its working directory. */
  readonly directory: string;
}

/**
 * Builds a template of examples/packer in an empty directory of `scratch`. `prefix` is a command that runs Packer; it is
 * killed after nine minutes.
 */
export async function build(
  scratch: string,
  template: string,
  variables: Readonly<Record<string, unknown>>,
  prefix: readonly string[] = [],
): Promise<Build> {
  const directory = mkdtempSync(join(scratch, "build-"));
  const set = Object.entries(variables).flatMap(([name, value]) => [
    "-var",
    `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`,
  ]);
  const path = resolve("examples/packer", template);
  const [command = "", ...parts] = [...prefix, "packer", "build", "-color=false", ...set, path];
  const env = {
    ...process.env,
    CHECKPOINT_DISABLE: "1",
    PACKER_CACHE_DIR: join(scratch, "cache"),
    HOME: scratch,
    TMPDIR: scratch,
  };
  const limits = { timeout: 540_000, killSignal: "SIGKILL" } as const;
  return new Promise((done) => {
    const packer = execFile(command, parts, { cwd: directory, env, ...limits }, (_error, stdout, stderr) =>
      done({ status: packer.exitCode, out: stdout + stderr, directory }),
    );
  });
}

/** What the log that a build left says. */
export function resultsIn({ directory }: Build): readonly Result[] {
  const log: Log = JSON.parse(readFileSync(join(directory, "cloud-init-lint.sarif"), "utf8"));
  return log.runs[0]!.results!;
}
