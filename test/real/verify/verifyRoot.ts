import { spawnSync } from "node:child_process";
import { tree } from "../../image/tree.ts";

/** The built program, which tests run by its path. */
export const PROGRAM = "dist/cloud-init-lint.cjs";

/** A process that ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with `env` on top of this environment. */
export function run(command: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const { status, stdout, stderr } = spawnSync(command, words, {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

/** Runs `verify` on an image. */
export function verify(image: string, ...words: string[]): Ended {
  return run(process.execPath, [PROGRAM, "verify", image, ...words]);
}

/** Runs `verify` on a root with the files of a directory on top, which are an overlay for the time of the run. */
export function verifyWith(root: string, custom: string, ...words: string[]): Ended {
  const script = `mount -t overlay -o "ro,lowerdir=$1:$2" overlay "$3"; shift 2; exec "$0" ${PROGRAM} verify "$@"`;
  return run("unshare", ["--mount", "sh", "-ec", script, process.execPath, custom, root, tree({}), ...words]);
}
