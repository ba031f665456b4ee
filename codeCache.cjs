// Build step: runs the program once and keeps what V8 compiled for it. Arguments: the file to write, then the program's.
const { writeFileSync } = require("node:fs");
const { load } = require("./bin/script.js");

const [node, , output, ...args] = process.argv;
const { script, run } = load();
process.argv = [node, "cloud-init-lint", ...args];
process.stdout.write = () => true;
process.on("exit", () => {
  writeFileSync(output, script.createCachedData());
  process.exitCode = 0;
});
run();
