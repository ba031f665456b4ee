// Loaded in front of a program (node -r), prints the most memory that its process had, in MiB, when it ends. What
// getrusage() tells is no less than what the parent had when it made the process.
const { readFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

if (isMainThread)
  process.on("exit", () => {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    process.stderr.write(`${kilobytes / 1024}\n`);
  });
