import { Worker } from "node:worker_threads";
import { escapeText } from "../report/escape.ts";
import { truncate } from "../report/width.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Io } from "./io.ts";

/** How long a run takes before it shows progress, in milliseconds. */
const PATIENCE = 1000;

/** States of the line: free, being drawn, ended for good. */
const [FREE, DRAWING, ENDED] = [0, 1, 2];

/**
 * Draws the line. It is a thread of its own, since the main thread is busy while it lints.
 * `state` holds the state of the line, and whether it was ever drawn.
 */
const THREAD = `
const { parentPort, workerData: { state, patience } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
// As in every thread: keepYoungGenerationsSmall.
require("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
let line = "";
let isDue = false;
const draw = () => {
  if (Atomics.compareExchange(state, 0, ${FREE}, ${DRAWING}) !== ${FREE}) return;
  try {
    writeSync(2, "\\r" + line + "\\x1b[K");
  } catch {}
  state[1] = 1;
  Atomics.store(state, 0, ${FREE});
  Atomics.notify(state, 0);
};
parentPort.on("message", (text) => {
  line = text;
  if (isDue) draw();
});
setTimeout(() => {
  isDue = true;
  draw();
}, patience);
`;

/** A line on the terminal that says what a run does, drawn once the run takes more than a second. */
export interface Progress {
  /** @param text untrusted */
  show(text: string): void;
  /** Removes the line for good. */
  end(): void;
  /** Removes the line if a signal ends the program from now on, until the function that it returns is called. */
  endOnInterrupt(): () => void;
}

/** Starts to show progress; does nothing without a terminal, or if standard error is not one. */
export function startProgress(io: Io | undefined): Progress {
  const columns = io?.progressColumns;
  if (io === undefined || columns === undefined)
    return { show: () => {}, end: () => {}, endOnInterrupt: () => () => {} };
  const state = new Int32Array(new SharedArrayBuffer(8));
  const thread = new Worker(THREAD, { eval: true, workerData: { state, patience: PATIENCE } });
  // Without a thread there is no progress to see, and the run is the same.
  thread.on("error", () => {});
  thread.unref();
  const end = () => {
    while (Atomics.compareExchange(state, 0, FREE!, ENDED!) === DRAWING) Atomics.wait(state, 0, DRAWING!, 100);
    if (Atomics.exchange(state, 1, 0) === 1) io.err("\r\x1b[K");
    void thread.terminate();
  };
  return {
    // The last column stays empty, since some terminals wrap there.
    show: (text) => thread.postMessage(truncate(escapeText(text), columns - 1)),
    end,
    endOnInterrupt: () => onInterrupt(end),
  };
}
