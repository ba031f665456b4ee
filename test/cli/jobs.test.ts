import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lintInThreads } from "../../src/cli/lintThreads.ts";
import { usualIgnores } from "../../src/lint/ignores/ignore.ts";
import { run, runWith } from "./run.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const SOURCES = ["fixtures/debian-12-hardened", "/nowhere", "fixtures/ubuntu-24.04-hardened", "fixtures/debian-12"];

test("several images: one report in their order, whatever the number of threads", async () => {
  const userData = join(scratch, "user-data");
  writeFileSync(userData, "#cloud-config\nhostnme: web\n");
  const sources = [...SOURCES.slice(0, 2), userData, ...SOURCES.slice(2)];
  const alone = await run(...sources, "-f", "json");
  expect(alone.status).toBe(3);
  const linted = sources.filter((source) => source !== "/nowhere");
  expect(JSON.parse(alone.out).images.map(({ image }: { image: { source: string } }) => image.source)).toEqual(linted);
  expect(alone.err).toContain("fixtures/ubuntu-24.04-hardened: warning:");

  const program = resolve("dist/cloud-init-lint.cjs");
  expect(await runWith({ program }, ...sources, "-f", "json", "--jobs", "3")).toEqual(alone);
});

test("what images of one recipe share is one, although their files differ in other lines", async () => {
  const images = ["web", "db"].map((name) => join(scratch, name));
  for (const [index, image] of images.entries()) {
    cpSync("fixtures/debian-12-hardened", image, { recursive: true });
    appendFileSync(join(image, "etc/cloud/cloud.cfg.d/20-team.cfg"), `# Number ${index}.\n`);
  }
  const formats = ["text", "markdown", "github", "gitlab", "sarif", "json"];
  const reportOf = (format: string) => join(scratch, `report.${format}`);
  await run(...images, "--min-severity", "error", ...formats.flatMap((one) => ["-f", `${one}=${reportOf(one)}`]));
  const findings = formats.map((format) => {
    const report = readFileSync(reportOf(format), "utf8");
    for (const image of images) expect(report, format).toContain(image);
    return report.match(/^ +2:1 +error|^### error|^::error |"(?:check_name|ruleId|rule)":/gm)?.length;
  });
  // The annotations stand before the text.
  expect(findings).toEqual([1, 3, 3 + 1, 3, 3, 2 * 3]);
});

test.each(["0", "x", "-1", "1.5", ""])("--jobs %j is a usage error", async (jobs) => {
  const file = join(scratch, "x.json");
  const { status, err } = await run("fixtures/debian-12", "--jobs", jobs, "-f", `json=${file}`);
  expect(status).toBe(2);
  expect(err).toMatch(/^cloud-init-lint: --jobs .*: the number of images must be a whole number from 1\n$/);
  expect(existsSync(file)).toBe(false);
});

test("a thread that dies costs its image only", async () => {
  const program = join(scratch, "program.cjs");
  writeFileSync(
    program,
    `exports.work = () => {
      const { parentPort } = require("node:worker_threads");
      parentPort.on("message", (source) => {
        if (source === "throws") throw new TypeError("\\x1b[31mbroken");
        if (source === "exits") process.exit(5);
        if (source === "memory") throw Object.assign(new Error("heap"), { code: "ERR_WORKER_OUT_OF_MEMORY" });
        parentPort.postMessage({ source, messages: "", status: 0, report: undefined, matched: { maps: [], globs: [] } });
      });
    };`,
  );
  const sources = ["a", "throws", "b", "exits", "memory", "c", "throws"];
  const begun: string[] = [];
  const settings = {
    launch: {},
    opening: {},
    pristine: undefined,
    protect: [],
    version: "26.2",
    repository: undefined,
    severities: new Map(),
    ignores: usualIgnores(),
    plan: false,
    minSeverity: "info",
  } as const;
  const done: string[] = [];
  const options = {
    program,
    jobs: 2,
    begun: (source: string) => void begun.push(source),
    done: ({ source }: { source: string }) => void done.push(source),
  };
  const outcomes = await lintInThreads(sources, settings, options);
  expect(begun.toSorted()).toEqual(sources.toSorted());
  expect(done.toSorted()).toEqual(sources.toSorted());
  expect(outcomes.map(({ source, status }) => `${source} ${status}`)).toEqual([
    "a 0",
    "throws 70",
    "b 0",
    "exits 70",
    "memory 70",
    "c 0",
    "throws 70",
  ]);
  expect(outcomes[1]?.messages).toBe(
    "cloud-init-lint: throws: this is a bug, please report it: TypeError: \\x1b[31mbroken\n",
  );
  expect(outcomes[3]?.messages).toContain("exits: this is a bug, please report it: Error: its thread ended");
  expect(outcomes[4]?.messages).toMatch(
    /^cloud-init-lint: memory: needs more than \d+ MB of memory; allow more with NODE_OPTIONS=/,
  );
});

test("of several images, the worst status counts", async () => {
  const incomplete = join(scratch, "user-data");
  writeFileSync(incomplete, Buffer.alloc(6_000_000, "#"));
  expect((await run("fixtures/debian-12-hardened", incomplete)).status).toBe(4);
  expect((await run("fixtures/debian-12-hardened", incomplete, "/nowhere")).status).toBe(3);
});
