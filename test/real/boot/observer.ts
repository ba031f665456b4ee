import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";
import type { RealBoot } from "./bootDirectory.ts";
import type { Observation, Question } from "./observe.ts";
import type { SaidFinding } from "./observeOutcomes.ts";
import type { Scenario } from "./scenario.ts";

/** One program that looks at boots for a whole file of tests: to start one for each would take longer than the looks. */
class Observer {
  readonly #process: ChildProcess;
  readonly #waiting: { take(line: string): void; fail(reason: Error): void }[] = [];

  constructor(program: string) {
    this.#process = spawn("unshare", ["--mount", process.execPath, program], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#process.stdout! }).on("line", (line) => this.#waiting.shift()?.take(line));
    this.#process.on("close", (status) => {
      for (const { fail } of this.#waiting.splice(0)) fail(new Error(`the observer ended with status ${status}`));
    });
  }

  /** How many boots it still has to look at. */
  get load(): number {
    return this.#waiting.length;
  }

  async ask(question: Question): Promise<string> {
    return new Promise((take, fail) => {
      this.#waiting.push({ take, fail });
      this.#process.stdin!.write(`${JSON.stringify(question)}\n`);
    });
  }

  end(): void {
    this.#process.stdin!.end();
  }
}

/** Looks at a boot; `fixed` are the findings that are fixed in its image. */
export type Observe = (boot: RealBoot, scenario: Scenario, fixed?: readonly SaidFinding[]) => Promise<Observation>;

/** Bundles observe.ts before the tests of a file; the function runs it where both images of a boot are shown. */
export function observer(): Observe {
  const directory = mkdtempSync(join(tmpdir(), "first-boot-"));
  const program = join(directory, "observer.mjs");
  const observers: Observer[] = [];
  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, "observe.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
  });
  afterAll(() => {
    for (const one of observers) one.end();
    rmSync(directory, { recursive: true });
  });
  return async (boot, { ownData = false }, fixed) => {
    // One for each test that runs at a time (vitest.config.ts, maxConcurrency).
    if (observers.length < 2) observers.push(new Observer(program));
    const idle = observers.reduce((best, other) => (other.load < best.load ? other : best));
    const answer = JSON.parse(await idle.ask({ directory: boot.directory, ownData, fixed } satisfies Question)) as
      | Observation
      | { error: string };
    if ("error" in answer) throw new Error(answer.error);
    return answer;
  };
}
