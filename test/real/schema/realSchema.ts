import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Suite } from "../boot/scenario.ts";
import { roots } from "../describeReal.ts";

/** A document and what it is to be. */
export interface SchemaDocument {
  readonly type: "cloud-config" | "network-config";
  readonly text: string;
}

/** What the real `cloud-init schema` says of it; an error's path has points between its steps. */
export interface RealVerdict {
  readonly valid: boolean;
  readonly errors: readonly (readonly [path: string, message: string])[];
  readonly said?: string;
}

/** Lets a root's own validator judge documents: one start of Python for all. */
export function realVerdicts(
  suite: Suite,
  documents: readonly { readonly type: SchemaDocument["type"] | "netplan"; readonly text: string }[],
): RealVerdict[] {
  const root = join(roots, suite);
  const script = join(import.meta.dirname, "realSchema.py");
  const shell = `mount -t tmpfs none "$1/tmp" && mount -t tmpfs none "$1/run" && exec chroot "$1" python3 -c "$(cat "$2")"`;
  const output = execFileSync("unshare", ["--mount", "--net", "sh", "-c", shell, "sh", root, script], {
    input: JSON.stringify(documents),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["pipe", "pipe", "inherit"],
  });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RealVerdict);
}
