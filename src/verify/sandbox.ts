import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, lchownSync, lstatSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { hostnameAtBoot } from "../boot/hostname/hostname.ts";
import { IMAGE_SEEDS } from "../config/seed.ts";
import type { Image } from "../image/image.ts";
import inside from "./inside.sh?raw";
import machine from "./machine.sh?raw";
import { type RealChange, realChanges } from "./realChanges.ts";
import type { SandboxLaunch } from "./sandboxLaunch.ts";
import { PROGRAM_PATHS, STAND_INS, STATE } from "./standIns.ts";

/** What the image's own cloud-init did. */
export interface RealBoot {
  /** The exit status of each stage by its command line; null if cloud-init did not run because it is disabled. */
  readonly stages: Readonly<Record<string, number>> | null;
  readonly changes: readonly RealChange[];
  /** cloud-init's log; "" if it wrote none. */
  readonly log: string;
  /** result.json; "" if it wrote none. */
  readonly result: string;
  /** How each stand-in was called, in order. */
  readonly commands: readonly string[];
  /** Milliseconds that the stages took. */
  readonly milliseconds: number;
}

/** Why the image's cloud-init could not be run, or was stopped. Nothing is known of its boot then. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/** What a boot may use. */
export interface Limits {
  /** Bytes that it may write, which are held in memory. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly processes: number;
}

const LIMITS: Limits = { bytes: 1024 ** 3, milliseconds: 300_000, processes: 2000 };

/** The last bytes of a message of the kernel or of a program that are shown. */
const SHOWN_OUTPUT = 400;

/**
 * Runs the image's own cloud-init in a directory's throw-away overlay, in namespaces of its own (machine.sh).
 * @param root the directory of `image`
 * @throws SandboxError
 */
export async function runCloudInit(
  root: string,
  image: Image,
  launch: SandboxLaunch,
  limits: Limits = LIMITS,
  signal?: AbortSignal,
): Promise<RealBoot> {
  const hidden = hiddenPrograms(image);
  // The kernel pipes no core dump to a handler on the host if the limit is 1.
  const words = [
    "--pdeathsig",
    "KILL",
    "prlimit",
    "--core=1:1",
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "sh",
    "-c",
    machine,
  ];
  const child = spawn(
    "setpriv",
    [...words, "machine", String(limits.bytes), hostnameAtBoot(image), processLimit(limits), inside, ...hidden],
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
    placeSeed(`${mounted}/seed`, image, launch.seed);
    placeStandIns(`${mounted}/run`, launch.commandLine);
    child.stdin.write("go\n");
    await run.until("ended");
    const milliseconds = performance.now() - started;
    const left = statfsSync(mounted);
    if (left.bavail === 0 || left.ffree === 0)
      throw new SandboxError(`cloud-init filled the ${limits.bytes / 1024 ** 2} MB that it may write`);
    const real = { ...run.result(), ...readMachine(mounted), milliseconds };
    const statuses = Object.values(real.stages ?? { disabled: 0 });
    if (!statuses.includes(0) && real.log === "" && real.result === "")
      throw new SandboxError(`its cloud-init did not start${lastLine(textBelow(mounted, "/output"))}`);
    return real;
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

/** What a program said last, for the end of a message; "" if it said nothing. */
function lastLine(text: string): string {
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${line.slice(-SHOWN_OUTPUT)}`;
}

/** The conversation with machine.sh. */
class Run {
  readonly closed: Promise<void>;
  readonly #stages: Record<string, number> = {};
  #isDisabled = false;
  #stage: string | undefined;
  #errors = "";
  #isClosed = false;
  #failed: Error | undefined;
  readonly #said = new Set<string>();
  #wake = () => {};

  constructor(child: ChildProcess) {
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

  /** Waits for a line. @throws SandboxError if the sandbox ends before */
  async until(line: string): Promise<void> {
    while (!this.#said.has(line)) {
      if (this.#isClosed) throw new SandboxError(this.#why());
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  result(): Pick<RealBoot, "stages"> {
    return { stages: this.#isDisabled ? null : this.#stages };
  }

  /** The stage that was running, for a message. */
  during(): string {
    return this.#stage === undefined ? "" : ` during cloud-init ${this.#stage}`;
  }

  #take(line: string): void {
    const [, status, stage] = /^(begins|\d{1,3}) ([\w =-]{1,40})$/.exec(line) ?? [];
    if (line === "disabled") this.#isDisabled = true;
    else if (stage === undefined) this.#said.add(line);
    else if (status === "begins") this.#stage = stage;
    else this.#stages[stage] = Number(status);
  }

  #why(): string {
    if ((this.#failed as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
      return "the sandbox needs the program setpriv of util-linux";
    return `the sandbox could not be made${lastLine(this.#failed?.message ?? this.#errors)}`;
  }
}

/** Since 6.14 a limit of processes belongs to the pid namespace; in older kernels it would be the machine's. */
function processLimit({ processes }: Limits): string {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 14) ? String(processes) : "";
}

/** Puts the seed where the image's NoCloud looks for one. */
function placeSeed(layer: string, image: Image, seed: ReadonlyMap<string, Buffer>): void {
  const directory = image.realpath(IMAGE_SEEDS[0]!) ?? IMAGE_SEEDS[0]!;
  mkdirAs(layer, directory, image);
  for (const [name, content] of seed) writeFileSync(`${layer}${directory}/${name}`, content);
}

/** Makes a directory of a layer and those above it, with the modes and owners that the image's have. */
function mkdirAs(layer: string, path: string, image: Image): void {
  if (path === "/") return;
  mkdirAs(layer, dirname(path), image);
  mkdirSync(layer + path, { recursive: true });
  const { mode, uid, gid } = image.lstat(path) ?? { mode: 0o755, uid: 0, gid: 0 };
  lchownSync(layer + path, uid, gid);
  chmodSync(layer + path, mode);
}

/** Fills /run: the stand-ins, the kernel's command line, and what shows that systemd is the init. */
function placeStandIns(run: string, commandLine: string): void {
  const state = `${run}${STATE.slice("/run".length)}`;
  for (const directory of [`${run}/lock`, `${run}/systemd/system`, `${state}/bin`])
    mkdirSync(directory, { recursive: true });
  for (const name of ["normal", "early", "late"]) mkdirSync(`${state}/${name}`);
  writeFileSync(`${state}/cmdline`, `${commandLine}\n`);
  for (const [name, text] of Object.entries(STAND_INS)) writeFileSync(`${state}/bin/${name}`, text, { mode: 0o755 });
}

/** The image's programs that stand-ins hide, with links followed, each before the name of its stand-in. */
function hiddenPrograms(image: Image): string[] {
  const hidden = new Map<string, string>();
  for (const name of Object.keys(STAND_INS))
    for (const directory of PROGRAM_PATHS) {
      const path = image.realpath(`${directory}/${name}`);
      if (path !== undefined && image.lstat(path)?.kind === "file") hidden.set(path, name);
    }
  return [...hidden].flat();
}

/** What the boot left. No process of the image runs any more. */
function readMachine(mounted: string): Pick<RealBoot, "changes" | "log" | "result" | "commands"> {
  return {
    changes: realChanges(`${mounted}/before`, `${mounted}/upper`, `${mounted}/after`),
    log: textBelow(`${mounted}/upper`, "/var/log/cloud-init.log"),
    result: textBelow(`${mounted}/upper`, "/var/lib/cloud/data/result.json"),
    commands: textBelow(`${mounted}/run`, `${STATE.slice("/run".length)}/commands.log`)
      .split("\n")
      .filter(Boolean),
  };
}

/** The size up to which a log is read. */
const LARGEST_LOG = 32 * 1024 * 1024;

/** The text of a regular file below a directory that the image wrote to, without following its links; "" if there is none. */
function textBelow(directory: string, path: string): string {
  const parts = path.split("/").slice(1);
  for (let count = 1; count <= parts.length; count++) {
    const status = lstatSync(`${directory}/${parts.slice(0, count).join("/")}`, { throwIfNoEntry: false });
    if (count < parts.length ? status?.isDirectory() !== true : status?.isFile() !== true || status.size > LARGEST_LOG)
      return "";
  }
  return readFileSync(directory + path, "utf8");
}
