import { extname, isAbsolute, join } from "node:path";
import { RemoteError } from "./source.ts";

/**
 * The file that holds the whole program; where its sources run, what is built of them.
 * @throws {RemoteError} if the program is not in a file
 */
export function programFile(): string {
  if (!isAbsolute(__filename))
    throw new RemoteError(2, "to read from another machine, the program must run from its file");
  return extname(__filename) === ".ts" ? join(__filename, "../../../../dist/cloud-init-lint.cjs") : __filename;
}
