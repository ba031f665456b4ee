import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { describeReal, programs } from "../describeReal.ts";

const files = readdirSync("examples", { recursive: true, encoding: "utf8" }).map((name) => join("examples", name));

function said(program: string, args: readonly string[], input?: string): string {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", input });
  return error?.message ?? stdout + stderr;
}

/** The scripts within YAML: steps of workflows and commands of pods, each with the shell that runs it. */
function scriptsIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    const [shell, option, script] = value;
    return shell === "sh" && option === "-c" ? [`#!/bin/sh\n${script}`] : value.flatMap(scriptsIn);
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === "run" && typeof one === "string" ? [`#!/bin/bash\n${one}`] : scriptsIn(one),
  );
}

describeReal("the scripts of the examples", programs("shellcheck"), () => {
  test("shellcheck has nothing to say", () => {
    const scripts = files.filter((name) => name.endsWith(".sh"));
    expect(scripts.length).toBeGreaterThan(5);
    expect(said("shellcheck", scripts)).toBe("");
  });

  test("nor about those in workflows and manifests", () => {
    const folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
    const scripts = files
      .filter((name) => name.endsWith(".yml") || name.endsWith(".yaml"))
      .flatMap((name) => parseAllDocuments(readFileSync(name, "utf8")).flatMap((one) => scriptsIn(one.toJS())))
      .map((script, index) => {
        const name = join(folder, `${index}.sh`);
        writeFileSync(name, script);
        return name;
      });
    expect(scripts.length).toBeGreaterThan(5);
    // SC2086: the ids of images are words. Others: scripts of a step end at the first error.
    expect(said("shellcheck", ["--exclude", "SC2086", ...scripts])).toBe("");
    rmSync(folder, { recursive: true });
  });
});

describeReal("the YAML of the examples", programs("yamllint"), () => {
  test("yamllint has nothing to say", () => {
    const yaml = files.filter((name) => name.endsWith(".yml") || name.endsWith(".yaml"));
    const rules =
      "{extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}, comments-indentation: disable}}";
    expect(said("yamllint", ["--strict", "-d", rules, ...yaml])).toBe("");
  });
});
