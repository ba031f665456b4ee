import { extname, isAbsolute, resolve } from "node:path";
import { RemoteError } from "./source.ts";

/**
 * The file that holds the whole program; where its sources run, in tests, what is built of them.
 * @throws {RemoteError} if the program is not in a file
 */
export function programFile(): string {
  const isBuilt = typeof __filename === "string" && extname(__filename) !== ".ts";
  if (!isBuilt) return resolve("dist/cloud-init-lint.cjs");
  if (!isAbsolute(__filename))
    throw new RemoteError(2, "to read from another machine, the program must run from its file");
  return __filename;
}
