import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly required?: boolean; readonly default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

/** action.yml. */
export const action: Action = parse(readFileSync("action.yml", "utf8"));
/** The example workflow that uses it. */
export const workflow: { readonly jobs: { readonly image: { readonly steps: readonly Step[] } } } = parse(
  readFileSync("examples/github/.github/workflows/image.yml", "utf8"),
);

/** What a step of the action ends with. */
export interface StepOutcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface RunnerOptions {
  /** Environment variables of the runner. */
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** The checkout of the action. */
  readonly checkout?: string;
}

/** Runs the action in a workspace as the runner does: with inputs and their defaults in the environment, files for the rest. */
export async function runAction(
  workspace: string,
  given: Readonly<Record<string, string>>,
  { env = {}, node = process.execPath, checkout = resolve(".") }: RunnerOptions = {},
): Promise<StepOutcome> {
  const inputs = Object.entries(action.inputs).map(([name, input]) => [
    `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
    given[name] ?? input.default ?? "",
  ]);
  const outputFile = join(workspace, "outputs");
  const options = {
    cwd: workspace,
    maxBuffer: 1e8,
    env: {
      PATH: process.env.PATH,
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: join(workspace, "summary.md"),
      RUNNER_TEMP: workspace,
      ...Object.fromEntries(inputs),
      ...env,
    },
  };
  return new Promise((done) => {
    const child = execFile(node, [join(checkout, action.runs.main)], options, (_, out, err) => {
      const lines = existsSync(outputFile) ? readFileSync(outputFile, "utf8").split("\n").slice(0, -1) : [];
      const outputs = lines.map((line) => /^([\w-]+)=(.*)$/.exec(line)!.slice(1) as [string, string]);
      done({ status: child.exitCode ?? 99, out, err, outputs: Object.fromEntries(outputs) });
    });
  });
}
