import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { describeReal, programs } from "../describeReal.ts";
import { type Bench, benchNeeds, IMAGES, openBench } from "./bench.ts";
import { validator, validatorFolder, validators } from "./validators.ts";

const FOLDER = "examples/fleet/kubernetes";
const { clean, findings, missing } = IMAGES;

// biome-ignore lint/suspicious/noExplicitAny: manifests, which the validator types
type Manifest = any;

function manifests(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(FOLDER, file), "utf8")).map((document) => document.toJS());
}

const all = [...manifests("lint.yaml"), ...manifests("merge.yaml")];
const [lintJob, mergeJob] = all.filter(({ kind }) => kind === "Job");

describeReal("the manifests of examples/fleet/kubernetes", validators, () => {
  type Model = new (data: unknown) => { validate(): void };
  const modelOf = ({ apiVersion, kind }: Manifest): Model =>
    validator<Record<string, Model>>(`kubernetes-models/${apiVersion}`)[kind]!;

  test.each(all.map((one): [string, Manifest] => [`${one.kind} ${one.metadata.name}`, one]))("%s", (_, manifest) => {
    const Model = modelOf(manifest);
    expect(() => new Model(manifest).validate()).not.toThrow();
  });

  // The schemas allow unknown keys, the types do not.
  test("have no unknown keys", () => {
    const typed = all.map(
      (one, index) =>
        `const manifest${index}: import(${JSON.stringify(typesOf(one))}).I${one.kind} = ${JSON.stringify(one)};`,
    );
    expect(compile(typed.join("\n"))).toBe("");
    const misspelled = typed.join("\n").replace("backoffLimitPerIndex", "backoffLimitPerIndexes");
    expect(compile(misspelled)).toMatch(/backoffLimitPerIndexes.* does not exist/);
  });

  test("a wrong policy is seen", () => {
    const wrong = structuredClone(lintJob);
    wrong.spec.podFailurePolicy.rules[1].onExitCodes.values = ["1"];
    const Job = modelOf(lintJob);
    expect(() => new Job(wrong).validate()).toThrow(/podFailurePolicy/);
  });
});

function typesOf({ apiVersion, kind }: Manifest): string {
  return join(validatorFolder, "node_modules/kubernetes-models", apiVersion, `${kind}.js`);
}

/** What the TypeScript compiler says. */
function compile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  const file = join(folder, "manifests.ts");
  writeFileSync(file, text);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--ignoreConfig"];
  const { stdout } = spawnSync(resolve("node_modules/.bin/tsc"), [...options, file], { encoding: "utf8", cwd: folder });
  rmSync(folder, { recursive: true });
  return stdout;
}

describe("what the manifests name", () => {
  const named = (kind: string) => all.filter((one) => one.kind === kind).map((one) => one.metadata.name);

  test("exists, and is mounted where the commands read it", () => {
    for (const { spec } of [lintJob, mergeJob]) {
      const pod = spec.template.spec;
      if (pod.serviceAccountName !== undefined) expect(named("ServiceAccount")).toContain(pod.serviceAccountName);
      for (const { configMap, persistentVolumeClaim } of pod.volumes) {
        if (configMap !== undefined) expect(named("ConfigMap")).toContain(configMap.name);
        if (persistentVolumeClaim !== undefined)
          expect(named("PersistentVolumeClaim")).toContain(persistentVolumeClaim.claimName);
      }
      const volumes = pod.volumes.map(({ name }: Manifest) => name).sort();
      expect(pod.containers[0].volumeMounts.map(({ name }: Manifest) => name).sort()).toEqual(volumes);
    }
  });
});

describeReal("the commands of examples/fleet/kubernetes", { ...benchNeeds, ...programs("sh", "sed") }, () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    mkdirSync(join(bench.directory, "list"));
    mkdirSync(join(bench.directory, "reports"));
  });
  afterEach(() => bench.close());

  /** Runs the command of a pod, whose volumes are directories here. */
  const run = (job: Manifest, index = 0) => {
    bench.env.JOB_COMPLETION_INDEX = String(index);
    const local = (text: string) =>
      text
        .replaceAll("/etc/fleet", join(bench.directory, "list"))
        .replaceAll("/reports", join(bench.directory, "reports"));
    const [program, ...args] = job.spec.template.spec.containers[0].command.map(local);
    return bench.run(program, args);
  };

  const reportOf = (id: string) => join(bench.directory, "reports", `${id}.json`);

  test("an index lints its image, and the merge says which image could not be linted and why", async () => {
    const images = [clean, findings, missing];
    writeFileSync(join(bench.directory, "list/images.txt"), images.map((id) => `${id}\n`).join(""));
    const outcomes = await Promise.all([0, 1, 2].map((index) => run(lintJob, index)));
    expect(outcomes.map(({ status }) => status)).toEqual([0, 1, 3]);
    expect(images.map((id) => existsSync(reportOf(id)))).toEqual([true, true, true]);
    const merged = await run(mergeJob);
    expect(merged).toMatchObject({ status: 3, err: expect.stringContaining(`ami:${missing}: not linted: `) });
    expect(merged.out).toContain("sshd-setting-overwritten");
    expect(existsSync(join(bench.directory, "reports/fleet.sarif"))).toBe(true);
  });

  test("a lint that is killed leaves no report, not even that of an earlier run, and the merge says so", async () => {
    writeFileSync(join(bench.directory, "list/images.txt"), `${clean}\n${findings}\n`);
    expect(await run(lintJob, 1)).toMatchObject({ status: 1 });
    writeFileSync(reportOf(clean), "{}");
    bench.program("cloud-init-lint", "#!/bin/sh\nkill -9 $$\n");
    expect((await run(lintJob, 0)).status).not.toBe(0);
    expect(existsSync(reportOf(clean))).toBe(false);
    bench.program("cloud-init-lint", '#!/bin/sh\nexec "$NODE" "$PROGRAM" "$@"\n');
    const merged = await run(mergeJob);
    expect(merged).toMatchObject({ status: 4, err: expect.stringContaining(`${clean}: no report`) });
  });
});
