import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly runs: { readonly steps: readonly (Step & { readonly shell: string })[] };
}

/** action.yml. */
export const action: Action = parse(readFileSync("action.yml", "utf8"));
/** The example workflow that uses it. */
export const workflow: { readonly jobs: { readonly image: { readonly steps: readonly Step[] } } } = parse(
  readFileSync("examples/github/.github/workflows/image.yml", "utf8"),
);
