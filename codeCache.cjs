// Build step: runs the program once, with the arguments given, and keeps what V8 compiled for it.
const { writeFileSync } = require("node:fs");
const v8 = require("node:v8");
const { load } = require("./bin/script.js");

const [node, , ...args] = process.argv;
const { script, cache, run } = load();
process.argv = [node, "cloud-init-lint", ...args];
process.stdout.write = () => true;
// V8 takes a cache only with the flags that it was made with, and those that the program sets come after it is loaded.
v8.setFlagsFromString = () => {};
process.on("exit", () => {
  writeFileSync(cache, script.createCachedData());
  process.exitCode = 0;
});
run();
