// Builds the GitHub Action: main.cjs, the step, and beside it the program and the AWS SDK as dist/ has them. It is
// committed, since GitHub runs an action as its repository is; .ci/run sees one that is not what the source builds.
//
//   npm run action
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The files of dist/ that the action takes. */
const TAKEN = ["aws.cjs", "cloud-init-lint.cjs", "THIRD-PARTY-NOTICES.txt"];

/** Writes the action's files, from the source and from dist/, which is built before. */
export async function buildAction(directory) {
  await build({
    entryPoints: ["src/action/main.ts"],
    outfile: join(directory, "main.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    logLevel: "warning",
  });
  // A program is run by its name too, from a checkout of the action.
  for (const name of TAKEN)
    writeFileSync(join(directory, name), readFileSync(join("dist", name)), { mode: name === TAKEN[1] ? 0o755 : 0o644 });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildAction("action");
