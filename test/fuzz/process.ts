import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Reply, Request } from "./child.ts";

/** Limits of one execution. */
export interface Limits {
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** How a process ended that executes: by the watchdog, or by itself. */
export interface Ending {
  readonly kind: "hang" | "memory" | "crash";
  /** Which execution ran. */
  readonly execution: number;
  readonly message: string;
}

/** A process that executes, so that one that never ends, or takes all memory, ends that process only. */
export class Executor {
  readonly #program: string;
  readonly #limits: Limits;
  readonly #progress: string;
  #child: ChildProcess | undefined;
  #errors = "";

  /** @param program the path of child.ts, bundled; files of its own go beside it */
  constructor(program: string, limits: Limits, name: string) {
    this.#program = program;
    this.#limits = limits;
    this.#progress = join(dirname(program), `progress-${name}`);
  }

  /** Sends a request; `hear` gets each reply until it answers true. Returns how the process ended, where it did. */
  ask(request: Request, hear: (reply: Reply) => boolean): Promise<Ending | undefined> {
    const child = this.#start();
    return new Promise((resolve) => {
      const finish = (ending?: Ending) => {
        child.off("message", onMessage);
        child.off("exit", onExit);
        resolve(ending);
      };
      const onMessage = (reply: unknown) => {
        if (hear(reply as Reply)) finish();
      };
      const onExit = (status: number | null, signal: string | null) => {
        this.#child = undefined;
        finish(this.#ending(status === null ? `signal ${signal}` : `exit status ${status}`));
      };
      child.on("message", onMessage);
      child.on("exit", onExit);
      child.send(request);
    });
  }

  /** Ends the process; the next request starts a new one. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    await new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGKILL");
    });
  }

  #start(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const { cpuSeconds, megabytes } = this.#limits;
    const heap = `--max-old-space-size=${Math.floor(megabytes * 0.9)}`;
    this.#errors = "";
    const child = spawn(
      process.execPath,
      [
        heap,
        "--expose-gc",
        "--enable-source-maps",
        this.#program,
        this.#progress,
        String(cpuSeconds),
        String(megabytes),
      ],
      {
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        serialization: "json",
        // Whatever a killed process leaves is removed with the program.
        env: { ...process.env, TMPDIR: dirname(this.#program) },
      },
    );
    child.stderr!.on("data", (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString()).slice(-4000);
    });
    this.#child = child;
    return child;
  }

  #ending(how: string): Ending {
    const text = readFileSync(this.#progress, "latin1");
    const kind = text.slice(12).trim();
    const isHeap = /heap out of memory|Reached heap limit/.test(this.#errors);
    return {
      kind: kind === "hang" || kind === "memory" ? kind : isHeap ? "memory" : "crash",
      execution: Number(text.slice(0, 12)),
      message: /^.*(?:FATAL|Error).*$/m.exec(this.#errors)?.[0] ?? how,
    };
  }
}
