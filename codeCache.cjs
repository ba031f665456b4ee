// Build step: runs the program once, with the arguments given, and keeps what V8 compiled for it.
const { writeFileSync } = require("node:fs");
const { load } = require("./bin/script.js");

const [node, , ...args] = process.argv;
const { script, cache, run } = load();
process.argv = [node, "cloud-init-lint", ...args];
process.stdout.write = () => true;
process.on("exit", () => {
  writeFileSync(cache, script.createCachedData());
  process.exitCode = 0;
});
run();
