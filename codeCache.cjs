// Build step: runs the program as most users do, and keeps what V8 compiled for it.
const { writeFileSync } = require("node:fs");
const { load } = require("./bin/script.js");

const { scripts, loaded } = load("./run.js");
const io = { out() {}, err() {}, terminal: false, columns: 80, env: {} };
const run = (...args) => loaded.main(args, io, loaded.begin);
/** Writes the caches of the parts that are compiled since the last call. */
const keep = () => {
  for (const [path, script] of scripts)
    try {
      writeFileSync(path, script.createCachedData());
    } catch ({ message }) {
      console.error(`cloud-init-lint: no code cache, so that each start compiles the program: ${message}`);
    }
  scripts.clear();
};

(async () => {
  for (const args of [["--help"], ["--version"], ["--unknown"], ["lint", "--help"]]) await run(...args);
  // V8 takes a cache only with the flags that it was made with: those of the first part are Node's own, those of the others
  // the ones that the program sets before it loads them.
  keep();
  for (const image of process.argv.slice(2)) await run(image);
  keep();
})();
