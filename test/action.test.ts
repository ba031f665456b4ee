import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { action, workflow } from "./actionFiles.ts";

test("an input never runs as code: scripts of the action hold no expression, and take inputs from the environment", () => {
  const used = new Set<string>();
  for (const step of action.runs.steps) {
    expect(step.shell).toBe("bash");
    expect(step.run).not.toContain("${{");
    for (const value of Object.values(step.env ?? {})) used.add(/^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)![1]!);
  }
  expect([...used].sort()).toEqual(Object.keys(action.inputs).sort());
});

test("the example workflow gives the inputs that the action has, and uploads what it wrote", () => {
  const { steps } = workflow.jobs.image;
  const lint = steps.findIndex(({ uses }) => uses?.includes("/cloud-init-lint@"));
  const upload = steps.findIndex(({ uses }) => uses?.includes("/upload-sarif@"));
  const given = steps[lint]!.with!;
  for (const name of Object.keys(given)) expect(Object.keys(action.inputs)).toContain(name);
  for (const [name, { required }] of Object.entries(action.inputs)) if (required) expect(given).toHaveProperty(name);
  expect(existsSync(`examples/github/${given.anchor}`)).toBe(true);
  expect(upload).toBeGreaterThan(lint);
  const [page] = /(?<=^--format=html=).*/.exec(given.options!)!;
  expect(steps.find(({ uses }) => uses?.includes("/upload-artifact@"))).toMatchObject({
    if: "always()",
    with: { path: page },
  });
  expect(steps[upload]).toMatchObject({ if: "always()", with: { sarif_file: given["sarif-file"] } });
});
