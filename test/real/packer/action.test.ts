import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Log } from "sarif";
import { afterEach, beforeEach, expect, test } from "vitest";
import { action, workflow } from "../../actionFiles.ts";
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

interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a script as the runner does. */
function shell(script: string, env: Readonly<Record<string, string>> = {}): Outcome {
  const file = join(workspace, "..", `${workspace.slice(-6)}.sh`);
  writeFileSync(file, script);
  const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], {
    cwd: workspace,
    encoding: "utf8",
    env: {
      PATH: `${join(workspace, "bin")}:${process.env.PATH}`,
      GITHUB_ACTION_PATH: resolve("."),
      ...env,
    },
  });
  rmSync(file);
  return { status, out: stdout, err: stderr };
}

/** Runs the action's steps, each as it is written, until one fails. */
function runAction(given: Readonly<Record<string, string>>): Outcome {
  let outcome: Outcome = { status: 0, out: "", err: "" };
  const inputs = Object.entries(action.inputs).map(
    ([name, input]) => [name, given[name] ?? input.default ?? ""] as const,
  );
  const fill = (text: string) =>
    text.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name) => inputs.find(([input]) => input === name)![1]);
  for (const step of action.runs.steps) {
    const own = Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)]);
    const env = {
      GITHUB_ACTIONS: "true",
      GITHUB_STEP_SUMMARY: join(workspace, "summary.md"),
      ...Object.fromEntries(own),
    };
    outcome = shell(step.run!, env);
    if (outcome.status !== 0) return outcome;
  }
  return outcome;
}

const needs = programs("bash", "tar", "mktemp");

describeReal("the example workflow", needs, () => {
  test("builds, lints, fails, and uploads what it found", () => {
    writeFileSync(join(workspace, "bin/mmdebstrap"), MMDEBSTRAP.replace("$FIXTURE", resolve("fixtures/debian-12")));
    writeFileSync(join(workspace, "bin/sudo"), '#!/bin/sh\nexec "$@"\n');
    writeFileSync(join(workspace, "bin/apt-get"), "#!/bin/sh\n");
    for (const name of ["mmdebstrap", "sudo", "apt-get"]) chmodSync(join(workspace, "bin", name), 0o755);
    let failed: Outcome | undefined;
    let uploaded: string | undefined;
    for (const step of workflow.jobs.image.steps) {
      if (failed !== undefined && step.if !== "always()") continue;
      const { status, ...rest } =
        step.run !== undefined
          ? shell(step.run)
          : step.uses!.includes("/cloud-init-lint@")
            ? runAction(step.with!)
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

describeReal("the action", needs, () => {
  const image = resolve("fixtures/debian-12");

  test("passes for a clean image, and leaves a log", () => {
    expect(runAction({ image })).toEqual({ status: 0, out: `${image}: nothing to report\n`, err: "" });
    expect(JSON.parse(readFileSync(join(workspace, "cloud-init-lint.sarif"), "utf8")).runs[0].results).toEqual([]);
  });

  test("lints several images as one run, and writes the summary of the step", () => {
    const { status, out } = runAction({ image: `${image}-hardened\n ${image}\n` });
    expect(status).toBe(1);
    expect(out).toContain(`\n${image}: nothing to report\n`);
    const { runs }: Log = JSON.parse(readFileSync(join(workspace, "cloud-init-lint.sarif"), "utf8"));
    expect(runs).toHaveLength(1);
    expect(readFileSync(join(workspace, "summary.md"), "utf8")).toMatch(/^## cloud-init-lint: 3 errors in 2 images\n/);
  });

  test("hands all inputs on, whatever they hold", () => {
    mkdirSync(join(workspace, "my seed"));
    writeFileSync(join(workspace, "my seed/meta-data"), "instance-id: i-1\n");
    writeFileSync(join(workspace, "my seed/user-data"), "#cloud-config\nssh_pwauth: true\n");
    const given = {
      image: resolve("fixtures/debian-12-hardened"),
      seed: "my seed",
      map: "/etc/cloud/cloud.cfg.d/20-team.cfg=files/20-team.cfg\r\n  \n/etc/ssh=files \n",
      anchor: "build.sh:3",
      "fail-on": "never",
      "sarif-file": "a $(touch injected) b.sarif",
    };
    const { status, out, err } = runAction(given);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("file=files/20-team.cfg");
    expect(existsSync(join(workspace, given["sarif-file"]))).toBe(true);
    expect(existsSync(join(workspace, "injected"))).toBe(false);
  });

  test("fails with a message for an image that is not there", () => {
    const { status, err } = runAction({ image: "missing.tar" });
    expect(status).toBe(3);
    expect(err).toContain("missing.tar");
  });
});
