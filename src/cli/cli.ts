import { EXIT } from "./exit.ts";
import { main } from "./main.ts";
import { nodeTooOld } from "./nodeVersion.ts";

const tooOld = nodeTooOld(process.versions.node);
if (tooOld !== undefined) {
  process.stderr.write(`cloud-init-lint: ${tooOld}\n`);
  process.exit(EXIT.usage);
}

// A reader that stops early (| head) is no fault; a full disk must not pass for a clean report.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`cloud-init-lint: the report cannot be written: ${error.message}\n`);
  process.exit(EXIT.usage);
});
// Nobody is left to tell, and the exit status still says what was found.
process.stderr.on("error", () => {});

void main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: process.stdout.isTTY === true,
  columns: process.stdout.columns ?? 100,
  env: process.env,
}).then((status) => {
  process.exitCode = status;
});
