import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../cli/exit.ts";
import { escapeText } from "../report/escape.ts";
import { requestOf } from "./inputs.ts";
import { countsOf, inWords, outputsOf } from "./outputs.ts";

/** The program, which stands beside the bundle of this file. */
const PROGRAM = join(__dirname, "cloud-init-lint.cjs");

/** How the program ended. */
interface Ended {
  /** The exit status; undefined if it was ended or could not be started. */
  readonly status: number | undefined;
  /** What it wrote to standard error, and why it has no exit status. */
  readonly messages: string;
}

/** Runs a step of the action: lints what the inputs name, writes the outputs, and fails if the program does. */
async function run(): Promise<void> {
  const { env } = process;
  let scratch: string | undefined;
  try {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing; use a release of this action`);
    scratch = mkdtempSync(join(env.RUNNER_TEMP || tmpdir(), "cloud-init-lint-"));
    const json = join(scratch, "report.json");
    const { args, sarifFile } = requestOf(env, json);
    const { status, messages } = await lint(args);
    const counts = countsOf(readText(json));
    // The SARIF log is written before the report that has the counts.
    const outputs = counts === undefined ? {} : { ...outputsOf(counts), ...(sarifFile && { "sarif-file": sarifFile }) };
    writeOutputs({ ...outputs, ...(status !== undefined && { status: String(status) }) });
    // A program that crashes ends with 1, too.
    const isDone = counts !== undefined && (status === EXIT.clean || status === EXIT.findings);
    if (!isDone) return fail(messages.trim() || `cloud-init-lint: exit status ${status}`, status || undefined);
    process.stderr.write(messages);
    if (status === EXIT.findings) fail(`cloud-init-lint: ${inWords(counts)}`, status);
  } catch (error) {
    fail(`cloud-init-lint: ${escapeText(error instanceof Error ? error.message : String(error))}`);
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs the program with its results in the log of the step. What it writes to standard error is kept. */
function lint(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "inherit", "pipe"] });
    let messages = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      messages += text;
    });
    // A job that is cancelled interrupts only this process.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => resolve({ status: undefined, messages: `cloud-init-lint: ${error.message}` }));
    child.on("close", (code, signal) => {
      const why = signal === null ? "" : `cloud-init-lint: ended by ${signal}\n`;
      resolve({ status: code ?? undefined, messages: why + messages });
    });
  });
}

/** The text of a file; undefined if it does not exist. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes the outputs of the step, each of one line. */
function writeOutputs(outputs: Readonly<Record<string, string>>): void {
  const file = process.env.GITHUB_OUTPUT;
  if (!file) return;
  const text = Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(file, text.join(""));
}

/** Fails the step with an annotation. The runner decodes its line. */
function fail(message: string, status = 1): void {
  const line = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  process.stdout.write(`::error::${line}\n`);
  process.exitCode = status;
}

void run();
