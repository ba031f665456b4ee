import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { oneOf, whole } from "./samples.ts";

const HARDENED = resolve("fixtures/debian-12-hardened");

/** The tools of releases are of JavaScript, since the build uses them. */
interface ReleaseTools {
  bundledPackages(notices: string): string[];
  changesOf(changelog: string): { newest: string; text: string };
  linked(text: string, about: { version: string; repository: { url: string } }): string;
  noticesOf(metafiles: readonly object[]): string;
  unlinked(): { file: string }[];
}
const { bundledPackages, changesOf, linked, noticesOf, unlinked }: ReleaseTools = Object.assign(
  {},
  ...(await Promise.all(["links", "notes", "notices"].map((name) => import(resolve(`release/${name}.mjs`))))),
);

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function folder(name: string): string {
  return mkdtempSync(join(scratch, `${name}-`));
}

describe("the package", () => {
  test.runIf(whole)("publint has nothing to say", () => {
    const { status, stdout } = spawnSync(resolve("node_modules/.bin/publint"), ["--strict", "--pack", "false"], {
      encoding: "utf8",
    });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining("All good") });
  });

  test("every package that the source imports has its notice; one without a licence fails the build", () => {
    const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const imports = sources
      // That is the compiler of the rules, a step of the build; the playground has notices of its own.
      .filter((name) => !/rules\/(?:compileRules|ruleDocument|rulePages)\.ts$|^playground\//.test(name))
      .flatMap((name) => [
        ...readFileSync(join("src", name), "utf8").matchAll(/^(?:import|export)(?! type).* from "([^".][^"]*)"/gm),
      ])
      .map(([, name]) => /^(?:@[^/]+\/)?[^/]+/.exec(name!)![0])
      .filter((name) => !name.startsWith("node:"));
    expect(imports).toContain("commander");
    const bundled = bundledPackages(readFileSync("dist/THIRD-PARTY-NOTICES.txt", "utf8"));
    const names = bundled.map((name) => name.replace(/@[^@]+$/, ""));
    for (const name of imports) expect(names).toContain(name);
    const place = join(folder("bare"), "node_modules/bare");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "package.json"), '{"name":"bare","version":"1.0.0","license":"MIT"}');
    const inputs = { [`${place}/index.js`]: { bytesInOutput: 1 } };
    expect(() => noticesOf([{ outputs: { out: { inputs } } }])).toThrow(
      "bare 1.0.0 is bundled, but has no licence file",
    );
  });

  test("the newest changes are those of the version, and links name the repository", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(changesOf(readFileSync("CHANGELOG.md", "utf8"))).toEqual({
      newest: version,
      text: expect.stringContaining("- "),
    });
    // `node release/links.mjs` writes them.
    expect(unlinked().map(({ file }) => file)).toEqual([]);
    const moved = { version: "9.0.0", repository: { url: "git+https://github.com/me/cloud-init-lint.git" } };
    expect(linked("https://github.com/OWNER/cloud-init-lint/issues uses: OWNER/cloud-init-lint@v0.1.0", moved)).toBe(
      "https://github.com/me/cloud-init-lint/issues uses: me/cloud-init-lint@v9.0.0",
    );
  });

  test("the lockfiles hold no addresses", () => {
    for (const file of ["package-lock.json", "test/real/examples/validators/package-lock.json"])
      expect(readFileSync(file, "utf8")).not.toContain('"resolved"');
  });
});

describe("the code caches of the build", () => {
  /** The parts of the program that a run compiles, and whether V8 takes their caches; false for one without a cache. */
  const partsIn = (cwd: string, node: string, ...args: string[]) => {
    const script = `
      const { scripts, loaded } = require("./bin/script.js").load("./run.js");
      process.argv.splice(1, 1, "cloud-init-lint");
      process.stdout.write = process.stderr.write = () => true;
      process.on("exit", () => {
        const taken = [...scripts].map(([path, script]) => [/(\\w+)\\.[^/]*$/.exec(path)[1], script.cachedDataRejected === false]);
        require("node:fs").writeSync(1, JSON.stringify(Object.fromEntries(taken)));
        process.exitCode = 0;
      });
      loaded.run();`;
    return JSON.parse(execFileSync(node, ["-e", script, "-", ...args], { cwd, encoding: "utf8" }));
  };
  const parts = (node: string, ...args: string[]) => partsIn(".", node, ...args);

  test("are taken, and only those of the parts that a command needs are read", () => {
    for (const args of [["--version"], ["--help"], ["plan", "--help"], ["--unknown"], ["rulez"]])
      expect(parts(process.execPath, ...args)).toEqual({ start: true });
    expect(parts(process.execPath, HARDENED)).toEqual({ start: true, lint: true });
  });

  test.runIf(whole)("are not those of a file that has changed since; one that is damaged says so in one line", () => {
    const place = folder("changed");
    for (const name of ["bin", "dist"]) cpSync(name, join(place, name), { recursive: true, preserveTimestamps: true });
    const program = join(place, "dist/cloud-init-lint.cjs");
    const text = readFileSync(program, "utf8");
    const run = () =>
      spawnSync(process.execPath, [join(place, "bin/cloud-init-lint.js"), HARDENED], { encoding: "utf8" });
    cpSync("codeCache.cjs", join(place, "codeCache.cjs"));
    execFileSync(process.execPath, ["codeCache.cjs", HARDENED], { cwd: place });
    expect(partsIn(place, process.execPath, HARDENED)).toEqual({ start: true, lint: true });
    writeFileSync(program, `${text}\n`);
    expect(partsIn(place, process.execPath, HARDENED)).toEqual({ start: false, lint: false });
    expect(run()).toMatchObject({ status: 1, stderr: "" });
    const overwritten = `${text.slice(0, 400_000)}${" ".repeat(1000)}${text.slice(401_000)}`;
    for (const damaged of [text.slice(0, 300_000), text.replace("//[", "//{"), overwritten, ""]) {
      writeFileSync(program, damaged);
      expect(run()).toMatchObject({
        status: 2,
        stdout: "",
        stderr: `cloud-init-lint: ${program} is damaged: install or build the program again\n`,
      });
    }
    // In one file, all of it but the parts is read by Node itself.
    writeFileSync(program, overwritten);
    expect(spawnSync(process.execPath, [program, HARDENED], { encoding: "utf8" })).toMatchObject({
      status: 2,
      stderr: `cloud-init-lint: ${program} is damaged: install or build the program again\n`,
    });
  });

  test.runIf(whole).each(["parts.js", "script.js", "package.json"])(
    "a package without bin/%s says so in one line",
    (name) => {
      const place = folder(`without-${name}`);
      cpSync("bin", join(place, "bin"), { recursive: true });
      cpSync("package.json", join(place, "package.json"));
      rmSync(join(place, "bin", name));
      const { status, stderr } = spawnSync(process.execPath, [join(place, "bin/cloud-init-lint.js")], {
        encoding: "utf8",
      });
      expect(status).toBe(2);
      expect(stderr).toMatch(/^cloud-init-lint: the program is incomplete \(.+\): install or build it again\n$/);
    },
  );

  test.runIf(whole)("are not needed: where they cannot be written, the build says so in one line for each", () => {
    const place = folder("unwritable");
    mkdirSync(join(place, "dist"));
    for (const name of ["bin", "codeCache.cjs", "dist/cloud-init-lint.cjs"])
      cpSync(name, join(place, name), { recursive: true, preserveTimestamps: true });
    const make = () => spawnSync(process.execPath, ["codeCache.cjs", HARDENED], { cwd: place, encoding: "utf8" });
    expect(make()).toMatchObject({ status: 0, stderr: "" });
    for (const name of readdirSync(join(place, "dist")).filter((name) => name.endsWith(".cache"))) {
      rmSync(join(place, "dist", name));
      mkdirSync(join(place, "dist", name));
    }
    const { status, stderr } = make();
    expect(status).toBe(0);
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => line.split(": EISDIR")[0]),
    ).toEqual(Array(2).fill("cloud-init-lint: no code cache, so that each start compiles the program"));
  });

  // V8 takes the cache of another Node with the same V8, and then crashes.
  test.runIf(whole)("are not shown to another Node", () => {
    const other = join(folder("node"), "node");
    copyFileSync(process.execPath, other);
    expect(parts(other, HARDENED)).toEqual({ start: false, lint: false });
  });
});

test("the AWS SDK is in a file of its own, which nothing else loads", () => {
  expect(statSync("dist/aws.cjs").size).toBeLessThan(500_000);
  expect(readFileSync("dist/cloud-init-lint.cjs", "utf8")).not.toContain("aws-sdk-js");
  const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[] };
  expect(files).toContain("dist/aws.cjs");
});

test("the program in one file runs alone, and is small", () => {
  const alone = folder("alone");
  const file = join(alone, "cloud-init-lint.cjs");
  copyFileSync("dist/cloud-init-lint.cjs", file);
  // A hundred rules with their documents, the HTML page with its style and script, the readers of disks: start-up, which
  // reads it whole, stays as quick as before.
  expect(statSync(file).size).toBeLessThan(2_000_000);
  const run = (...args: string[]) =>
    spawnSync(file, args, { cwd: alone, encoding: "utf8", env: { PATH: process.env.PATH } });
  expect(run(HARDENED)).toMatchObject({
    status: 1,
    stderr: "",
    stdout: expect.stringContaining("hosts-file-replaced"),
  });
  expect(run("explain", "hostname-reset")).toMatchObject({ status: 0, stderr: "" });
  expect(run("plan", HARDENED, "-f", "json")).toMatchObject({ status: 0, stderr: "" });
  expect(run("ami:ami-0123456789abcdef0")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: `cloud-init-lint: reading from AWS takes the AWS SDK, and ${join(alone, "aws.cjs")} is missing; the npm package cloud-init-lint has it (dist/aws.cjs)\n`,
  });
});

test.each(oneOf(2, ["20.18.3", "18.20.8"]))("Node %s is told to be too old", (version) => {
  const pretend = join(folder("old"), "old.cjs");
  const versions = `{ ...process.versions, node: ${JSON.stringify(version)} }`;
  writeFileSync(pretend, `Object.defineProperty(process, "versions", { value: ${versions} });\n`);
  for (const program of ["bin/cloud-init-lint.js", "dist/cloud-init-lint.cjs"])
    expect(spawnSync(process.execPath, ["-r", pretend, program, HARDENED], { encoding: "utf8" })).toMatchObject({
      status: 2,
      stdout: "",
      stderr: `cloud-init-lint: Node 20.19 or later is required; this is Node ${version}\n`,
    });
});
