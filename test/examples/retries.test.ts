import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { EXIT } from "../../src/cli/exit.ts";

interface Rule {
  readonly action: "Ignore" | "FailIndex" | "FailJob" | "Count";
  readonly onExitCodes?: {
    readonly containerName?: string;
    readonly operator: "In" | "NotIn";
    readonly values: readonly number[];
  };
  readonly onPodConditions?: readonly { readonly type: string; readonly status: string }[];
}

interface FailedPod {
  readonly container: string;
  readonly code: number;
  /** Types of its conditions whose status is True. */
  readonly conditions?: readonly string[];
}

const documents = parseAllDocuments(readFileSync("examples/fleet/kubernetes/lint.yaml", "utf8")).map((one) =>
  one.toJS(),
);
const job = documents.find(({ kind }) => kind === "Job");
const list = documents.find(({ kind }) => kind === "ConfigMap");
const batch = JSON.parse(readFileSync("examples/fleet/aws/job-definition.json", "utf8"));

/**
 * What the Job controller does with a failed pod: the first rule that matches, "Count" without one. A rule on exit codes is
 * about containers that failed, so 0 never matches (kubernetes.io, Pod failure policy; pkg/controller/job in 1.33).
 */
function actionFor(rules: readonly Rule[], { container, code, conditions = [] }: FailedPod): Rule["action"] {
  const matches = ({ onExitCodes, onPodConditions }: Rule) => {
    if (onPodConditions !== undefined)
      return onPodConditions.some(({ type, status }) => status === "True" && conditions.includes(type));
    if (onExitCodes === undefined || code === 0) return false;
    if ((onExitCodes.containerName ?? container) !== container) return false;
    return onExitCodes.values.includes(code) === (onExitCodes.operator === "In");
  };
  return rules.find(matches)?.action ?? "Count";
}

/** What AWS Batch does with a failed attempt: the first entry that matches, RETRY without one. `*` may end a pattern. */
function batchAction(code: number): string {
  const fits = (pattern: string) =>
    pattern.endsWith("*") ? String(code).startsWith(pattern.slice(0, -1)) : pattern === String(code);
  const entry = batch.retryStrategy.evaluateOnExit.find((one: { onExitCode: string }) => fits(one.onExitCode));
  return entry?.action ?? "RETRY";
}

// What the same image always ends with is final. An image that could not be read completely may be readable later.
const FINAL = [EXIT.findings, EXIT.usage, EXIT.nothing, EXIT.fault];
const KILLED = 137;

test("the Kubernetes Job repeats what may end otherwise, and never findings", () => {
  const { rules } = job.spec.podFailurePolicy;
  const action = (code: number, conditions: string[] = []) =>
    actionFor(rules, { container: job.spec.template.spec.containers[0].name, code, conditions });
  for (const code of FINAL) expect(action(code), `status ${code}`).toBe("FailIndex");
  for (const code of [EXIT.incomplete, KILLED]) expect(action(code), `status ${code}`).toBe("Count");
  expect(action(KILLED, ["DisruptionTarget"])).toBe("Ignore");
  // Kubernetes accepts FailIndex only with a limit per index, and a policy only for pods that it does not restart in place.
  expect(job.spec).toMatchObject({ backoffLimitPerIndex: 2, template: { spec: { restartPolicy: "Never" } } });
});

test("AWS Batch does the same", () => {
  for (const code of FINAL) expect(batchAction(code), `status ${code}`).toBe("EXIT");
  for (const code of [EXIT.incomplete, KILLED]) expect(batchAction(code), `status ${code}`).toBe("RETRY");
  expect(batch.retryStrategy.attempts).toBe(job.spec.backoffLimitPerIndex + 1);
  expect(batch.retryStrategy.evaluateOnExit.length).toBeLessThanOrEqual(5);
});

test("the Job has an index for each image of its list", () => {
  const images = list.data["images.txt"].trim().split("\n");
  expect(job.spec).toMatchObject({ completionMode: "Indexed", completions: images.length });
  for (const image of images) expect(image).toMatch(/^ami-[0-9a-f]{17}$/);
});
