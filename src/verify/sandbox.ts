import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { missingPrograms, OF_SANDBOX } from "./hostPrograms.ts";
import inside from "./inside.sh?raw";
import machineScript from "./machine.sh?raw";
import type { Machine } from "./machine.ts";
import { mountsBelow, placeMount } from "./mounts.ts";
import { STATE } from "./standIns.ts";

/** What runs in a sandbox, and where. */
export interface Sandboxed {
  /** The image's root directory. */
  readonly root: string;
  /** A directory with a layer above the root. Its path lies outside /tmp and has no colon or comma. */
  readonly layer?: string;
  readonly machine: Machine;
  /** The kernel's. */
  readonly commandLine: string;
  /**
   * Shell commands that run as root in the image. On descriptor 3 they report: "begins STEP", then "STATUS STEP", or another
   * word.
   */
  readonly script: string;
  /** Puts files into the image's /run, and into a layer above all others. */
  prepare?(run: string, layer: string): void;
}

/** A machine in which nothing runs any more: directories that the image's programs wrote to, and what is known of the run. */
export interface Ended {
  /** The image before the run and after it, and the layer with all that changed. */
  readonly before: string;
  readonly after: string;
  readonly upper: string;
  /** The same of what is mounted in the image, by where. */
  readonly mounts: readonly { readonly point: string; readonly upper: string }[];
  /** Its /run. */
  readonly run: string;
  /** What the script printed. */
  readonly output: string;
  /** The exit status of each step. */
  readonly steps: Readonly<Record<string, number>>;
  /** What else the script reported. */
  readonly words: ReadonlySet<string>;
  /** How each stand-in was called, in order. */
  readonly commands: readonly string[];
  readonly milliseconds: number;
}

/** Why something could not run in a sandbox, or was stopped. Nothing is known of what it did then. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/** What a run may use. */
export interface Limits {
  /** Bytes that it may write, which are held in memory. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly processes: number;
}

const LIMITS: Limits = { bytes: 1024 ** 3, milliseconds: 300_000, processes: 2000 };

/** The last bytes of a message of the kernel or of a program that are shown. */
const SHOWN_OUTPUT = 400;

/** How often it is looked whether anything still runs, in milliseconds; and how many looks programs have to end. */
const LOOK_EVERY = 500;
const IDLE_TRIES = 100;

/** The most lines of a report. A boot has about ten. */
const MOST_LINES = 1000;

/**
 * Runs commands in a directory's throw-away overlay, in namespaces of its own (machine.sh).
 * @param read looks at the machine at the end, after which it is gone
 * @throws SandboxError
 */
export async function runSandboxed<T>(
  { root, layer = "", machine, commandLine, script, prepare }: Sandboxed,
  read: (ended: Ended) => T,
  limits: Limits = LIMITS,
  signal?: AbortSignal,
): Promise<T> {
  const missing = missingPrograms(OF_SANDBOX);
  if (missing !== undefined) throw new SandboxError(`the sandbox needs ${missing}`);
  const { hostname, hasOwnTmp, hidden } = machine;
  const below = mountsBelow(root);
  const isDirectory = (point: string) => lstatSync(root + point).isDirectory();
  const mounts = below.filter(isDirectory);
  // The kernel pipes no core dump to a handler on the host if the limit is 1.
  const words = "--pdeathsig KILL prlimit --core=1:1 unshare --mount --pid --fork --kill-child sh -c".split(" ");
  const settings = [
    String(limits.bytes),
    processLimit(limits),
    hostname,
    hasOwnTmp ? "tmp" : "",
    layer,
    mounts.join("\n"),
  ];
  const child = spawn(
    "setpriv",
    [...words, machineScript, "machine", ...settings, inside, script, ...[...hidden].flat()],
    // Ctrl-C on the terminal is for this program alone, which then ends the sandbox.
    { cwd: root, detached: true, stdio: ["pipe", "pipe", "pipe"] },
  );
  const stop = () => void child.kill("SIGKILL");
  signal?.addEventListener("abort", stop);
  const run = new Run(child);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, limits.milliseconds);
  try {
    const started = performance.now();
    await run.until("ready");
    const mounted = `/proc/${child.pid}/root/tmp`;
    fillRun(`${mounted}/run`, machine, commandLine);
    for (const point of below) placeMount(mounted, root, point, mounts.indexOf(point));
    prepare?.(`${mounted}/run`, `${mounted}/seed`);
    child.stdin.write("go\n");
    await run.until("ended", () => isIdle(mounted));
    const milliseconds = performance.now() - started;
    // The word may be the image's own: what it can still change must not be read.
    await endAll(child.pid!, mounted);
    const left = statfsSync(mounted);
    if (left.bavail === 0 || left.ffree === 0)
      throw new SandboxError(`cloud-init filled the ${limits.bytes / 1024 ** 2} MB that it may write`);
    const at = (name: string) => `${mounted}/${name}`;
    return read({
      before: at("before"),
      after: at("after"),
      upper: at("upper"),
      mounts: mounts.map((point, index) => ({ point, upper: at(`mounts/${index}/upper`) })),
      run: at("run"),
      output: textBelow(mounted, "/output"),
      steps: run.steps,
      words: run.words,
      commands: textBelow(mounted, `${STATE}/commands.log`).split("\n").filter(Boolean),
      milliseconds,
    });
  } catch (error) {
    if (error instanceof SandboxError && isLate)
      throw new SandboxError(
        `cloud-init did not finish within ${limits.milliseconds / 1000} seconds and was stopped${run.during()}`,
      );
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    stop();
    await run.closed;
  }
}

/** Whether nothing runs in a machine but machine.sh. Processes that have ended may wait there for ever. */
function isIdle(mounted: string): boolean {
  const proc = `${mounted}/proc`;
  const names = namesIn(proc);
  return (
    names.includes("1") &&
    names
      .filter((name) => /^\d+$/.test(name) && name !== "1")
      .every((name) => /^(?:[ZX]|$)/.test(statOf(`${proc}/${name}`).replace(/^.*\) /s, "")))
  );
}

/** The names in a directory of processes; none if the machine is gone. */
function namesIn(proc: string): string[] {
  try {
    return readdirSync(proc);
  } catch {
    return [];
  }
}

/** What the kernel says of a process; "" if it has ended. */
function statOf(process: string): string {
  try {
    return readFileSync(`${process}/stat`, "latin1");
  } catch {
    return "";
  }
}

/** Ends all that runs in a machine but machine.sh. @throws SandboxError if something goes on */
async function endAll(pid: number, mounted: string): Promise<void> {
  // The kernel does it at once: to look for processes and end each would miss those that are made meanwhile.
  const words = [`--pid=/proc/${pid}/ns/pid_for_children`, "sh", "-c", "kill -9 -1 2>/dev/null; :"];
  const isDone = spawnSync("nsenter", words, { stdio: "ignore" }).status === 0;
  for (let tries = 0; !isDone || !isIdle(mounted); tries++) {
    if (!isDone || tries === IDLE_TRIES) throw new SandboxError("programs of the image cannot be ended");
    await sleep(LOOK_EVERY / 10);
  }
}

/** What a program said last, for the end of a message; "" if it said nothing. */
export function lastLine(text: string): string {
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${line.slice(-SHOWN_OUTPUT)}`;
}

/** The conversation with machine.sh. */
class Run {
  readonly closed: Promise<void>;
  readonly steps: Record<string, number> = {};
  readonly words = new Set<string>();
  #step: string | undefined;
  #errors = "";
  #lines = 0;
  #isClosed = false;
  #failed: Error | undefined;
  #wake = () => {};
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on("error", (error: NodeJS.ErrnoException) => {
      this.#failed = error;
    });
    child.stdin!.on("error", () => {});
    child.stderr!.on("data", (data: Buffer) => {
      this.#errors = (this.#errors + data.toString("utf8")).slice(-SHOWN_OUTPUT);
    });
    createInterface({ input: child.stdout! }).on("line", (line) => {
      this.#take(line);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      child.on("close", () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  /**
   * Waits for a word.
   * @param isOver whether nothing is left that could say it
   * @throws SandboxError if the sandbox ends before
   */
  async until(word: string, isOver = () => false): Promise<void> {
    let wasOver = false;
    while (!this.words.has(word)) {
      if (this.#failed instanceof SandboxError) throw this.#failed;
      if (this.#isClosed) throw new SandboxError(this.#why());
      // The word may be on its way.
      if (wasOver) throw new SandboxError("all programs of the image were killed before the end of its boot");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          wasOver = !this.#isClosed && isOver();
          resolve();
        }, LOOK_EVERY);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The step that was running, for a message. */
  during(): string {
    return this.#step === undefined ? "" : ` during cloud-init ${this.#step}`;
  }

  #take(line: string): void {
    if (++this.#lines > MOST_LINES) {
      this.#failed = new SandboxError("the image floods the sandbox with reports");
      this.#child.kill("SIGKILL");
      return;
    }
    const [, status, step] = /^(begins|\d{1,3}) ([\w =-]{1,40})$/.exec(line) ?? [];
    if (step === undefined) this.words.add(line);
    else if (status === "begins") this.#step = step;
    else this.steps[step] = Number(status);
  }

  #why(): string {
    return `the sandbox could not be made${lastLine(this.#failed?.message ?? this.#errors)}`;
  }
}

/** Since 6.14 a limit of processes belongs to the pid namespace; in older kernels it would be the machine's. */
function processLimit({ processes }: Limits): string {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 14) ? String(processes) : "";
}

/** Fills /run: the stand-ins, the kernel's command line, and what shows that systemd is the init. */
function fillRun(run: string, { standIns, hasSystemd }: Machine, commandLine: string): void {
  const state = `${run}${STATE.slice("/run".length)}`;
  const directories = [`${run}/lock`, ...["bin", "normal", "early", "late"].map((name) => `${state}/${name}`)];
  if (hasSystemd) directories.push(`${run}/systemd/system`);
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  writeFileSync(`${state}/cmdline`, `${commandLine}\n`);
  for (const [name, text] of standIns) writeFileSync(`${state}/bin/${name}`, text, { mode: 0o755 });
}

/** The size up to which a log is read. */
const LARGEST_LOG = 32 * 1024 * 1024;

/** The text of a regular file below a directory that the image wrote to, without following its links; "" if there is none. */
export function textBelow(directory: string, path: string): string {
  const parts = path.split("/").slice(1);
  for (let count = 1; count <= parts.length; count++) {
    const status = lstatSync(`${directory}/${parts.slice(0, count).join("/")}`, { throwIfNoEntry: false });
    if (count < parts.length ? status?.isDirectory() !== true : status?.isFile() !== true || status.size > LARGEST_LOG)
      return "";
  }
  return readFileSync(directory + path, "utf8");
}
