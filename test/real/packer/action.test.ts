import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Log } from "sarif";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runAction, type StepOutcome, workflow } from "../../action/actionFiles.ts";
import { describeReal, programs } from "../describeReal.ts";

/** Puts the stock image of the fixtures in the place of one that is fetched; understands the options of build.sh. */
const MMDEBSTRAP = `#!/bin/bash
set -eu
root=$(mktemp -d)
cp -a "$FIXTURE/." "$root"
for argument; do
  case $argument in
    --customize-hook=copy-in*) read -r _ from to <<< "$argument"; cp "$from" "$root$to/" ;;
  esac
done
tar -C "$root" -cf "\${!#}" .
rm -r "$root"
`;

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  cpSync("examples/github", workspace, { recursive: true });
  mkdirSync(join(workspace, ".git"));
  mkdirSync(join(workspace, "bin"));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

/** Runs a script as the runner does. */
function shell(script: string): Omit<StepOutcome, "outputs"> {
  const file = join(workspace, "..", `${workspace.slice(-6)}.sh`);
  writeFileSync(file, script);
  const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], {
    cwd: workspace,
    encoding: "utf8",
    env: { PATH: `${join(workspace, "bin")}:${process.env.PATH}` },
  });
  rmSync(file);
  return { status: status ?? 99, out: stdout, err: stderr };
}

const needs = programs("bash", "tar", "mktemp");

describeReal("the example workflow", needs, () => {
  test("builds, lints, fails, and uploads what it found", async () => {
    writeFileSync(join(workspace, "bin/mmdebstrap"), MMDEBSTRAP.replace("$FIXTURE", resolve("fixtures/debian-12")));
    writeFileSync(join(workspace, "bin/sudo"), '#!/bin/sh\nexec "$@"\n');
    writeFileSync(join(workspace, "bin/apt-get"), "#!/bin/sh\n");
    for (const name of ["mmdebstrap", "sudo", "apt-get"]) chmodSync(join(workspace, "bin", name), 0o755);
    let failed: ReturnType<typeof shell> | undefined;
    let uploaded: string | undefined;
    for (const step of workflow.jobs.image.steps) {
      if (failed !== undefined && step.if !== "always()") continue;
      const { status, ...rest } =
        step.run !== undefined
          ? shell(step.run)
          : step.uses!.includes("/cloud-init-lint@")
            ? await runAction(workspace, step.with!)
            : { status: 0, out: "", err: "" };
      if (status !== 0) failed = { status, ...rest };
      if (step.uses?.includes("/upload-sarif@")) uploaded = step.with!.sarif_file;
    }
    expect(failed).toMatchObject({ status: 1, err: "" });
    expect(failed!.out).toMatch(
      /^::error file=files\/20-team\.cfg,line=2,endLine=2,col=1,endColumn=17,title=sshd-setting-overwritten::/m,
    );
    const log: Log = JSON.parse(readFileSync(join(workspace, uploaded!), "utf8"));
    const uris = log.runs[0]!.results!.map((one) => one.locations![0]!.physicalLocation!.artifactLocation!.uri);
    expect(uris).toContain("files/20-team.cfg");
    for (const uri of uris) expect(existsSync(join(workspace, uri!)), uri).toBe(true);
  });
});
