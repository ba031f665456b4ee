import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";

const HARDENED = resolve("fixtures/debian-12-hardened");

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** npm as a user runs it: without what npm itself tells the tests, and without the network. */
function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", [...args, "--offline", "--no-audit", "--no-fund"], {
    cwd,
    env: npmEnvironment(),
    encoding: "utf8",
    stdio: "pipe",
  });
}

/** With a cache of its own: the user's may be read-only. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return { ...Object.fromEntries(others), npm_config_cache: join(scratch, "cache") };
}

describeReal("the package", programs("npm", "npx"), () => {
  let installed: string;
  let packed: string;
  beforeAll(() => {
    npm(process.cwd(), "pack", "--ignore-scripts", "--pack-destination", scratch);
    installed = mkdtempSync(join(scratch, "installed-"));
    packed = join(scratch, readdirSync(scratch).find((name) => name.endsWith(".tgz"))!);
    writeFileSync(join(installed, "package.json"), '{ "type": "module" }\n');
    npm(installed, "install", packed);
  });

  test("needs no other package", () => {
    const names = readdirSync(join(installed, "node_modules")).filter((name) => !name.startsWith("."));
    expect(names).toEqual(["cloud-init-lint"]);
  });

  const npx = (cwd: string, ...args: string[]) =>
    spawnSync("npx", ["--offline", ...args, HARDENED], { cwd, env: npmEnvironment(), encoding: "utf8" });

  test("runs with npx where it is installed", () => {
    expect(npx(installed, "cloud-init-lint")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("sshd-setting-overwritten"),
    });
  });

  test("runs with npx in an empty directory, and leaves nothing there", () => {
    const empty = mkdtempSync(join(scratch, "empty-"));
    expect(npx(empty, "--yes", "--package", packed, "cloud-init-lint")).toMatchObject({
      status: 1,
      stderr: "",
      stdout: expect.stringContaining("sshd-setting-overwritten"),
    });
    expect(readdirSync(empty)).toEqual([]);
  });

  const inPackage = (path: string) => join(installed, "node_modules/cloud-init-lint", path);

  test("holds the program once, in one file that runs alone", () => {
    expect(readdirSync(inPackage("dist")).toSorted()).toEqual([
      "THIRD-PARTY-NOTICES.txt",
      "aws.cjs",
      "cloud-init-lint.cjs",
      "index.d.ts",
      "index.js",
    ]);
    const version = execFileSync(process.execPath, [inPackage("dist/cloud-init-lint.cjs"), "--version"], {
      encoding: "utf8",
    });
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("gives its JSON schemas by name", () => {
    const script = 'console.log(require("cloud-init-lint/schemas/lint-v2.schema.json").title)';
    const title = execFileSync(process.execPath, ["-e", script], { cwd: installed, encoding: "utf8" });
    expect(title.trim()).not.toBe("");
  });

  test("is a library with types that need no others but Node's", () => {
    writeFileSync(
      join(installed, "use.ts"),
      `import { type Finding, lint, openImage, proveFix, render } from "cloud-init-lint";
const result = lint(await openImage(${JSON.stringify(HARDENED)}));
const finding: Finding = result.findings[0]!;
const first: string = proveFix(finding) === null ? "" : finding.rule;
if (!(await render([result], "sarif")).includes(first)) throw new Error("not in the report");
process.stdout.write(String(first));
`,
    );
    writeFileSync(
      join(installed, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "NodeNext",
          target: "ES2022",
          types: ["node"],
          typeRoots: [resolve("node_modules/@types")],
          outDir: "out",
        },
        files: ["use.ts"],
      }),
    );
    execFileSync(resolve("node_modules/.bin/tsc"), ["-p", "."], { cwd: installed, encoding: "utf8" });
    expect(execFileSync(process.execPath, ["out/use.js"], { cwd: installed, encoding: "utf8" })).toMatch(/^[a-z-]+$/);
  });
});
