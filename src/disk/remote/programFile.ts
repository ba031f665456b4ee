import { extname, isAbsolute, resolve } from "node:path";
import { getAsset, isSea } from "node:sea";
import { workerData } from "node:worker_threads";
import type { ThreadData } from "./messages.ts";

/**
 * The file that holds the whole program, also in the thread that reads from other machines; where its sources run, in
 * tests, what is built of them. Undefined if the program is not in a file.
 */
export function programFile(): string | undefined {
  if (isThreadData(workerData)) return workerData.program;
  const isBuilt = typeof __filename === "string" && extname(__filename) !== ".ts";
  if (!isBuilt) return resolve("dist/cloud-init-lint.cjs");
  return isAbsolute(__filename) ? __filename : undefined;
}

/** The text of a file that is packed into the executable; undefined where Node runs the program from its files. */
export function packedFile(name: string): string | undefined {
  return isSea() ? getAsset(name, "utf8") : undefined;
}

function isThreadData(data: unknown): data is ThreadData {
  return typeof data === "object" && data !== null && "program" in data;
}
