import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Log } from "sarif";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { INPUTS, requestOf } from "../../src/action/inputs.ts";
import { action, runAction, workflow } from "./actionFiles.ts";

const image = resolve("fixtures/debian-12");
const hardened = resolve("fixtures/debian-12-hardened");

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  mkdirSync(join(workspace, ".git"));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const run = (given: Readonly<Record<string, string>>, options?: Parameters<typeof runAction>[2]) =>
  runAction(workspace, given, options);
/** A checkout of the action in which these lines are the program. */
const checkoutWith = (...lines: readonly string[]): string => {
  const checkout = join(workspace, "checkout");
  mkdirSync(join(checkout, "action"), { recursive: true });
  copyFileSync(action.runs.main, join(checkout, action.runs.main));
  writeFileSync(join(checkout, "action/cloud-init-lint.cjs"), lines.join("\n"));
  return checkout;
};
const sarif = (file = "cloud-init-lint.sarif"): Log => JSON.parse(readFileSync(join(workspace, file), "utf8"));

test("action.yml has the inputs that are read, and the bundle", () => {
  expect(Object.keys(action.inputs).toSorted()).toEqual(INPUTS.toSorted());
  expect(action.runs).toEqual({ using: "node24", main: "action/main.cjs" });
});

test("the documentation has the inputs and outputs of action.yml", () => {
  const inputs = Object.entries(action.inputs).map(
    ([name, { description, default: value }]) =>
      `| \`${name}\` | ${description}${value ? `; by default \`${value}\`` : ""} |\n`,
  );
  const outputs = Object.entries(action.outputs).map(([name, { description }]) => `| \`${name}\` | ${description} |\n`);
  const document = readFileSync("docs/github.md", "utf8");
  for (const rows of [inputs, outputs]) expect(document).toContain(`|---|---|\n${rows.join("")}\n`);
});

test("inputs become arguments: empty ones none, lines several, and an image never an option", () => {
  const given = {
    INPUT_IMAGE: " --from=x \n\n b c\r\n",
    INPUT_PRISTINE: "stock.tar",
    INPUT_PROTECT: "/etc/ssh/**\n/etc/hosts",
    INPUT_SEED: " ",
    INPUT_OPTIONS: "--region=eu-central-1",
  };
  expect(requestOf(given, "out.json")).toEqual({
    sarifFile: undefined,
    args: [
      ...["lint", "--format", "github", "--format", "json=out.json", "--pristine", "stock.tar"],
      ...["--protect", "/etc/ssh/**", "--protect", "/etc/hosts", "--region=eu-central-1", "--", "--from=x", "b c"],
    ],
  });
  // A list names the images, too.
  expect(requestOf({ INPUT_OPTIONS: "--from=images.txt" }, "out.json").args.at(-2)).toBe("--from=images.txt");
});

describe("a step", () => {
  test("passes for a clean image, and leaves a log", async () => {
    const { outputs, ...rest } = await run({ image });
    expect(rest).toEqual({ status: 0, out: `${image}: nothing to report\n`, err: "" });
    expect(outputs).toEqual({
      errors: "0",
      warnings: "0",
      notes: "0",
      ignored: "0",
      "sarif-file": "cloud-init-lint.sarif",
      status: "0",
    });
    expect(Object.keys(action.outputs).toSorted()).toEqual(Object.keys(outputs).toSorted());
    expect(sarif().runs[0]!.results).toEqual([]);
    // The report for the outputs is gone.
    expect(readdirSync(workspace).toSorted()).toEqual([".git", "cloud-init-lint.sarif", "outputs", "summary.md"]);
  });

  test("lints several images as one run, fails at the end of a whole log, and writes the summary", async () => {
    const { status, out, outputs } = await run({ image: `${hardened}\r\n  ${image}\n` });
    expect(status).toBe(1);
    expect(out).toMatch(/^::error file=/);
    expect(out).toContain(`\n${image}: nothing to report\n`);
    const { errors, warnings } = outputs;
    expect(Number(errors)).toBe(out.match(/^::error file=/gm)!.length);
    expect(Number(warnings)).toBe(out.match(/^::warning file=/gm)?.length ?? 0);
    expect(out).toMatch(new RegExp(`\n::error::cloud-init-lint: ${errors} errors(, .*)?\n$`));
    expect(outputs).toMatchObject({ status: "1", "sarif-file": "cloud-init-lint.sarif" });
    expect(sarif().runs).toHaveLength(1);
    expect(readFileSync(join(workspace, "summary.md"), "utf8")).toMatch(
      new RegExp(`^## cloud-init-lint: ${errors} errors.* in 2 images\n`),
    );
  });

  test("hands all inputs on, whatever they hold", async () => {
    cpSync("examples/github", workspace, { recursive: true });
    mkdirSync(join(workspace, "my seed"));
    writeFileSync(join(workspace, "my seed/meta-data"), "instance-id: i-1\n");
    writeFileSync(join(workspace, "user data"), "#cloud-config\nssh_pwauth: true\n");
    writeFileSync(join(workspace, "settings.yaml"), "rules:\n  hosts-file-replaced: off\n");
    const given = {
      image: hardened,
      seed: "my seed",
      "user-data": "user data",
      datasource: "NoCloud",
      config: "settings.yaml",
      map: "/etc/cloud/cloud.cfg.d/20-team.cfg=files/20-team.cfg\r\n  \n/etc/ssh=files \n",
      anchor: "build.sh:3",
      "fail-on": "never",
      "sarif-file": "a $(touch injected) b.sarif",
      formats: "json=report.json\nmarkdown=report.md",
      options: "--write-baseline=known.json",
    };
    const { status, out, err, outputs } = await run(given);
    expect({ status, err }).toEqual({ status: 0, err: "cloud-init-lint: known.json: 4 entries written\n" });
    expect(out).toContain("file=files/20-team.cfg");
    expect(JSON.stringify(sarif(given["sarif-file"]))).toContain("sshd-setting-overwritten");
    const [{ image: facts, findings, summary }] = JSON.parse(
      readFileSync(join(workspace, "report.json"), "utf8"),
    ).images;
    expect(facts.datasource).toBe("NoCloud");
    expect(JSON.stringify(findings)).not.toContain("hosts-file-replaced");
    expect(outputs).toMatchObject({
      errors: String(summary.error),
      notes: String(summary.info),
      "sarif-file": given["sarif-file"],
    });
    expect(existsSync(join(workspace, "report.md"))).toBe(true);
    expect(existsSync(join(workspace, "injected"))).toBe(false);
    const known = await run({ ...given, "fail-on": "info", options: "", baseline: "known.json" });
    expect(known).toMatchObject({ status: 0, outputs: { errors: "0", ignored: expect.stringMatching(/^[1-9]/) } });
  });

  test("lints user-data on its own, and writes no SARIF if none is wanted", async () => {
    writeFileSync(join(workspace, "user-data.yaml"), "#cloud-config\nruncmd:\n  - echo a: b\n");
    const { status, outputs } = await run({ image: "user-data.yaml", "sarif-file": "" });
    expect([status, outputs.status, "sarif-file" in outputs]).toEqual([1, "1", false]);
    expect(existsSync(join(workspace, "cloud-init-lint.sarif"))).toBe(false);
  });

  test("shows no command of the image to the runner, in the log, an output or the summary", async () => {
    const name = "::set-output name=errors::9\n::error::x.yaml".replace("\n", " ");
    writeFileSync(join(workspace, name), "#cloud-config\n'::error::stop': 1\n'<img src=x>': 1\n");
    const { out, outputs } = await run({ image: `./${name}`, "fail-on": "never" });
    const commands = out.split("\n").filter((line) => line.startsWith("::"));
    for (const line of commands) expect(line).toMatch(/^::(error|warning|notice) file=/);
    expect(outputs.errors).not.toBe("9");
    expect(readFileSync(join(workspace, "summary.md"), "utf8")).not.toMatch(/^<img|[^`]<img/m);
  });
});

describe("a step fails with one line for", () => {
  test.each<[string, Record<string, string>, number, RegExp]>([
    ["no image", { image: " \n" }, 1, /input image: name at least one image, such as image\.tar/],
    ["an input with two values", { image, seed: "a\nb" }, 1, /input seed: give one value; there are several lines/],
    ["an image that does not exist", { image: "missing.tar" }, 3, /missing\.tar: no such file or directory/],
    ["a format that does not exist", { image, formats: "htm=x" }, 2, /unknown format "htm" \(did you mean "html"\?\)/],
  ])("%s", async (_, given, status, message) => {
    const result = await run(given);
    const line = new RegExp(`^::error::cloud-init-lint: ${message.source}\n$`);
    expect(result).toMatchObject({ status, err: "", out: expect.stringMatching(line) });
    expect(result.outputs).toEqual(status === 1 ? {} : { status: String(status) });
  });

  test("images of which one does not exist, and still reports the others", async () => {
    const { status, out, outputs } = await run({ image: `${hardened}\nmissing.tar\nother.tar` });
    expect(status).toBe(3);
    expect(out).toMatch(/\n::error::cloud-init-lint: missing\.tar: [^\n]*%0Acloud-init-lint: other\.tar: [^\n]*\n$/);
    expect(outputs).toMatchObject({ status: "3", errors: expect.stringMatching(/^[1-9]/) });
    expect(sarif().runs[0]!.results!.length).toBeGreaterThan(0);
  });

  test("a checkout without the program, or with one that crashes", async () => {
    const checkout = checkoutWith();
    const program = join(checkout, "action/cloud-init-lint.cjs");
    rmSync(program);
    expect(await run({ image }, { checkout })).toMatchObject({
      status: 1,
      out: `::error::cloud-init-lint: ${program} is missing; use a release of this action\n`,
    });
    checkoutWith("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
    expect(await run({ image }, { checkout })).toMatchObject({
      status: 1,
      out: "::error::cloud-init-lint: ended by SIGKILL\n",
      outputs: {},
    });
    checkoutWith("throw new Error('a bug of 100%');");
    expect(await run({ image }, { checkout })).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^::error::.*100%25/),
    });
  });

  test("a job that is cancelled, after the program has ended", async () => {
    const checkout = checkoutWith(
      "process.on('SIGTERM', () => { console.log('settled'); process.exitCode = 70; clearInterval(wait); });",
      "const wait = setInterval(() => {}, 1000);",
      "process.kill(process.ppid, 'SIGTERM');",
    );
    expect(await run({ image }, { checkout })).toMatchObject({
      status: 70,
      out: "settled\n::error::cloud-init-lint: exit status 70\n",
    });
  });

  test("a folder for temporary files or a file for outputs that cannot be written", async () => {
    expect(await run({ image }, { env: { RUNNER_TEMP: join(workspace, "none") } })).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^::error::cloud-init-lint: ENOENT: .*none.*\n$/),
    });
    expect((await run({ image }, { env: { GITHUB_OUTPUT: workspace } })).out).toMatch(
      /::error::cloud-init-lint: .*directory.*\n$/,
    );
  });
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
  const [page] = /(?<=^html=).*/.exec(given.formats!)!;
  expect(steps.find(({ uses }) => uses?.includes("/upload-artifact@"))).toMatchObject({
    if: "always()",
    with: { path: page },
  });
  expect(steps[upload]).toMatchObject({ if: "always()", with: { sarif_file: given["sarif-file"] } });
});
