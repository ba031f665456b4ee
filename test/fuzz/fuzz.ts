import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Reply } from "./child.ts";
import type { Fault } from "./execute.ts";
import { minimise } from "./minimise.ts";
import { Executor, type Limits } from "./process.ts";
import { Random } from "./random.ts";
import { selfTests } from "./selfTest.ts";
import { fromStored, type StoredInput, toStored } from "./stored.ts";
import type { Input, Target } from "./target.ts";
import { targets } from "./targets.ts";

const USAGE = `npm run fuzz -- [--seconds N | --executions N] [--seed S] [--cpu SECONDS] [--save DIR] [--list] [TARGET...]
npm run fuzz -- --input FILE`;

/** Executions that one request asks for, of a target that costs 1. */
const BATCH = 4000;
/** Faults of one target that are told, and how many that end a process end the target. */
const MOST_FAULTS = 5;
const MOST_ENDINGS = 2;
/** How hard it is tried to make an input smaller, and one that ends its process each time. */
const MINIMISING = { tries: 400, seconds: 20 };
const MINIMISING_ENDINGS = { tries: 60, seconds: 20 };

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string" },
    executions: { type: "string" },
    seed: { type: "string" },
    cpu: { type: "string" },
    save: { type: "string" },
    input: { type: "string" },
    list: { type: "boolean" },
  },
});

/** Where executions are counted, a slow machine is not at fault: it gets more time. */
const limits: Limits = { cpuSeconds: Number(flags.cpu ?? (flags.executions === undefined ? 2 : 10)), megabytes: 512 };
const program = join(process.argv[1]!, "..", "child.cjs");
const executor = new Executor(program, limits, "run");
const lone = new Executor(program, limits, "alone");
/** Smaller inputs are not worth as long. */
const brief = new Executor(program, { ...limits, cpuSeconds: Math.min(2, limits.cpuSeconds) }, "brief");
const saveDirectory = flags.save ?? join(tmpdir(), "cloud-init-lint-fuzz");

process.exitCode = await run();

async function run(): Promise<number> {
  if (flags.list === true) {
    for (const { name } of targets) console.log(name);
    return 0;
  }
  if (flags.input !== undefined) return runSaved(flags.input);
  const unknown = names.find((name) => findTarget(name) === undefined);
  if (unknown !== undefined) {
    console.error(`unknown target "${unknown}"\n${USAGE}\ntargets: ${targets.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const chosen = names.length === 0 ? targets : names.map((name) => findTarget(name)!);
  const seed = flags.seed ?? String(Date.now() % 1_000_000);
  const seconds = Number(flags.seconds ?? 60);
  const shares = chosen.map(({ cost }) => Math.max(1, cost / 20));
  const all = shares.reduce((sum, share) => sum + share, 0);
  let executions = 0;
  let found = 0;
  const began = Date.now();
  for (const [at, target] of chosen.entries()) {
    const bounded = flags.executions !== undefined;
    const most = bounded ? Math.ceil(Number(flags.executions) / target.cost) : Number.POSITIVE_INFINITY;
    const until = bounded ? Number.MAX_SAFE_INTEGER : Date.now() + (seconds * 1000 * shares[at]!) / all;
    const result = await fuzz(target, seed, most, until);
    executions += result.executions;
    found += result.faults;
    const cpu = result.cpu.toFixed(1).padStart(6);
    console.log(`${target.name.padEnd(28)} ${String(result.executions).padStart(9)} executions ${cpu} s of CPU time`);
  }
  for (const process of [executor, lone, brief]) await process.stop();
  const took = ((Date.now() - began) / 1000).toFixed(0);
  console.log(`seed ${seed}: ${executions} executions of ${chosen.length} targets in ${took} s, ${found} found`);
  return found === 0 ? 0 : 1;
}

function findTarget(name: string): Target | undefined {
  return [...targets, ...selfTests].find((target) => target.name === name);
}

/** Runs a target until it has had its executions or its time. */
async function fuzz(
  target: Target,
  seed: string,
  most: number,
  until: number,
): Promise<{ executions: number; faults: number; cpu: number }> {
  const known = new Set<string>();
  let next = 0;
  let cpu = 0;
  let endings = 0;
  while (next < most && Date.now() < until && known.size < MOST_FAULTS && endings < MOST_ENDINGS) {
    const to = Math.min(most, next + Math.ceil(BATCH / target.cost));
    const found: { readonly execution: number; readonly fault: Fault; readonly input: Input }[] = [];
    let isFull = false;
    const ending = await executor.ask({ target: target.name, seed, from: next, to, until }, (reply: Reply) => {
      if ("next" in reply) {
        next = reply.next;
        cpu += reply.cpu;
        isFull = reply.isFull;
        return true;
      }
      if ("execution" in reply && !known.has(reply.fault.id) && known.size < MOST_FAULTS) {
        known.add(reply.fault.id);
        found.push({ execution: reply.execution, fault: reply.fault, input: fromStored(reply.input) });
      }
      return false;
    });
    if (ending !== undefined) {
      const { execution } = ending;
      next = execution + 1;
      const input = target.make(new Random(`${seed}/${target.name}/${execution}`));
      // What others left in memory is not its fault.
      const fault = await faultAlone(target, input);
      if (fault !== undefined) endings++;
      if (fault !== undefined && !known.has(fault.id)) {
        known.add(fault.id);
        found.push({ execution, fault, input });
      }
    }
    if (isFull) await executor.stop();
    for (const { execution, fault, input } of found) await tell(target, seed, execution, fault, input);
  }
  return { executions: next, faults: known.size, cpu };
}

/** What is wrong with an input in a process of its own. */
async function faultAlone(target: Target, input: Input): Promise<Fault | undefined> {
  await lone.stop();
  return faultIn(lone, target, input);
}

async function faultIn(process: Executor, target: Target, input: Input): Promise<Fault | undefined> {
  let fault: Fault | undefined;
  const ending = await process.ask({ target: target.name, input: toStored(input) }, (reply) => {
    if (!("peak" in reply)) return false;
    fault = reply.fault ?? undefined;
    return true;
  });
  if (ending === undefined) return fault;
  const what = {
    hang: `not done after ${limits.cpuSeconds} s of CPU time`,
    memory: `more than ${limits.megabytes} MB of memory`,
    crash: ending.message,
  }[ending.kind];
  return { kind: ending.kind, what, id: ending.kind };
}

/** Makes an input smaller, saves it and says what it does. */
async function tell(target: Target, seed: string, execution: number, fault: Fault, input: Input): Promise<void> {
  const isAlike = async (candidate: Input) => (await faultIn(brief, target, candidate))?.id === fault.id;
  const effort = fault.id === fault.kind ? MINIMISING_ENDINGS : MINIMISING;
  const smaller = target.isWhole === true ? input : await minimise(input, isAlike, effort);
  const stored = toStored(smaller);
  const record = { target: target.name, seed, execution, what: fault.what, input: stored };
  const text = `${JSON.stringify(record, null, 2)}\n`;
  mkdirSync(saveDirectory, { recursive: true });
  const name = `${target.name}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.json`;
  const path = join(saveDirectory, name);
  writeFileSync(path, text);
  console.log(
    [
      `\n${target.name}: ${fault.kind}: ${shown(fault.what)}`,
      ...(fault.stack ?? "")
        .split("\n")
        .filter((line) => line.startsWith("    at "))
        .slice(0, 6),
      ...Object.entries(stored).map(([part, value]) => `  ${part}: ${shown(JSON.stringify(value))}`),
      `  execution ${execution} of: npm run fuzz -- --seed ${seed} ${target.name}`,
      `  this input alone: npm run fuzz -- --input ${path}\n`,
    ].join("\n"),
  );
}

function shown(text: string): string {
  const visible = text.replace(/[^ -~]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
  return visible.length > 600 ? `${visible.slice(0, 600)}... (${visible.length} characters)` : visible;
}

/** Runs an input that was saved. */
async function runSaved(path: string): Promise<number> {
  const { target: name, input } = JSON.parse(readFileSync(path, "utf8")) as { target: string; input: StoredInput };
  const target = findTarget(name);
  if (target === undefined) {
    console.error(`unknown target "${name}" in ${path}`);
    return 2;
  }
  const fault = await faultIn(lone, target, fromStored(input));
  await lone.stop();
  console.log(
    fault === undefined
      ? `${name}: nothing found`
      : `${name}: ${fault.kind}: ${shown(fault.what)}\n${fault.stack ?? ""}`,
  );
  return fault === undefined ? 0 : 1;
}
