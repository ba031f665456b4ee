import { isAbsolute } from "node:path";
import { keepYoungGenerationsSmall } from "../disk/garbage.ts";
import { reasonOf } from "../image/reason.ts";
import { EXIT } from "./exit.ts";
import { columnsOf, type Io } from "./io.ts";
import { main } from "./main.ts";
import { nodeTooOld } from "./nodeVersion.ts";
import { optimizeLater } from "./optimizing.ts";

export { main };

/** What is done before a command. */
export function begin(): void {
  keepYoungGenerationsSmall();
  optimizeLater();
}

/** Runs the program with the process's own arguments and streams, and sets its exit status. */
export function run(): void {
  const tooOld = nodeTooOld(process.versions.node);
  if (tooOld !== undefined) {
    process.stderr.write(`cloud-init-lint: ${tooOld}\n`);
    process.exit(EXIT.usage);
  }

  // A reader that stops early (| head) is not an error, and report files are still written. A full disk is an error: half a
  // report must not look like a clean one.
  let isLost = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || isLost) return;
    isLost = true;
    process.exitCode = EXIT.usage;
    process.stderr.write(`cloud-init-lint: cannot write to standard output: ${reasonOf(error)}\n`);
  });
  // There is nowhere left to report this; the exit status still says what was found.
  process.stderr.on("error", () => {});

  const terminal = process.stdout.isTTY === true;
  const io: Io = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    terminal,
    columns: columnsOf(process.stdout.columns, terminal),
    env: process.env,
    progressColumns: process.stderr.isTTY === true ? columnsOf(process.stderr.columns, true) : undefined,
    // Read from standard input, the program has no file.
    program: isAbsolute(__filename) ? __filename : undefined,
  };
  void main(process.argv.slice(2), io, begin).then((status) => {
    if (!isLost) process.exitCode = status;
  });
}
