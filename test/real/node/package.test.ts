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
  beforeAll(() => {
    npm(process.cwd(), "pack", "--ignore-scripts", "--pack-destination", scratch);
    installed = mkdtempSync(join(scratch, "installed-"));
    const [packed = ""] = readdirSync(scratch).filter((name) => name.endsWith(".tgz"));
    writeFileSync(join(installed, "package.json"), '{ "type": "module" }\n');
    npm(installed, "install", join(scratch, packed));
  });

  test("needs no other package", () => {
    const names = readdirSync(join(installed, "node_modules")).filter((name) => !name.startsWith("."));
    expect(names).toEqual(["cloud-init-lint"]);
  });

  test("runs with npx", () => {
    const result = spawnSync("npx", ["--offline", "cloud-init-lint", HARDENED], {
      cwd: installed,
      env: npmEnvironment(),
      encoding: "utf8",
    });
    expect(result.status).toBe(1);
    expect(result.stdout).toContain("sshd-setting-overwritten");
  });

  test("holds the one file for machines without it", () => {
    const file = join(installed, "node_modules/cloud-init-lint/dist/cloud-init-lint.cjs");
    expect(execFileSync(process.execPath, [file, "--version"], { encoding: "utf8" })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("is a library with types that need no others but Node's", () => {
    writeFileSync(
      join(installed, "use.ts"),
      `import { catalogue, detectDistro, lint, openImage } from "cloud-init-lint";
const image = await openImage(${JSON.stringify(HARDENED)});
const result = lint(image, { distro: detectDistro(image), rules: catalogue });
const first: string | undefined = result.findings[0]?.rule;
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
