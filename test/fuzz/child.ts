import { openSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { execute, type Fault } from "./execute.ts";
import { Random } from "./random.ts";
import { selfTests } from "./selfTest.ts";
import { fromStored, type StoredInput, toStored } from "./stored.ts";
import type { Target } from "./target.ts";
import { targets } from "./targets.ts";

/** What the parent asks for: executions of a target by number, or one of an input. */
export type Request =
  | {
      readonly target: string;
      readonly seed: string;
      readonly from: number;
      readonly to: number;
      readonly until: number;
    }
  | { readonly target: string; readonly input: StoredInput };

/** What it is told. `next` is the execution to go on with; `isFull` that a new process should; `cpu` in seconds. */
export type Reply =
  | { readonly execution: number; readonly fault: Fault; readonly input: StoredInput }
  | { readonly next: number; readonly isFull: boolean; readonly cpu: number }
  | { readonly fault: Fault | null; readonly peak: number };

/** Limits of one execution; the path of the file that says what was running when this process ends. */
const [, , progressPath = "", cpuSeconds = "2", megabytes = "512"] = process.argv;

const progress = openSync(progressPath, "w");
const state = new Int32Array(new SharedArrayBuffer(4));

/**
 * Watches from a thread of its own, since the one that executes may never answer again: CPU time of this process since
 * the execution began, and its memory.
 */
new Worker(
  `const { workerData, threadId } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const { state, progress, cpu, memory } = workerData;
let seen = -1, began = 0;
const stop = (why) => { writeSync(progress, why.padEnd(8), 12); process.kill(process.pid, "SIGKILL"); };
setInterval(() => {
  const used = process.cpuUsage(), now = (used.user + used.system) / 1e6;
  const current = Atomics.load(state, 0);
  if (current !== seen || current === 0) { seen = current; began = now; }
  else if (now - began > cpu) stop("hang");
  if (process.memoryUsage.rss() > memory * 2 ** 20) stop("memory");
}, 20);`,
  { eval: true, workerData: { state, progress, cpu: Number(cpuSeconds), memory: Number(megabytes) } },
).unref();

/** Above it garbage is collected; a process that stays above it is done. */
const FULL = 0.6 * Number(megabytes) * 2 ** 20;

/** Writes down which execution runs now, 0 for none. Twelve bytes, so that they are whole whenever this process ends. */
function begin(execution: number): void {
  writeSync(progress, String(execution).padEnd(12), 0);
  Atomics.add(state, 0, 1);
}

async function serve(request: Request): Promise<void> {
  const target = [...targets, ...selfTests].find(({ name }) => name === request.target) as Target;
  if ("input" in request) {
    begin(0);
    const fault = (await execute(target, fromStored(request.input), true)) ?? null;
    await send({ fault, peak: process.resourceUsage().maxRSS / 1024 });
    return;
  }
  const { seed, from, to, until } = request;
  const start = process.cpuUsage();
  let execution = from;
  for (; execution < to && Date.now() < until; execution++) {
    begin(execution);
    const input = target.make(new Random(`${seed}/${target.name}/${execution}`));
    const fault = await execute(target, input, execution % 4 === 0);
    if (fault !== undefined) await send({ execution, fault, input: toStored(input) });
    if (execution % 8 === 0 && process.memoryUsage.rss() > FULL) {
      global.gc?.();
      if (process.memoryUsage.rss() > FULL) {
        await send({ next: execution + 1, isFull: true, cpu: cpuSince(start) });
        return;
      }
    }
  }
  await send({ next: execution, isFull: false, cpu: cpuSince(start) });
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function send(reply: Reply): Promise<void> {
  Atomics.add(state, 0, 1);
  return new Promise((resolve) => process.send!(reply, () => resolve()));
}

process.on("message", (request: Request) => void serve(request));
process.on("disconnect", () => process.exit());
