// Build step: runs the program as most users do, and keeps what V8 compiled for it.
const { writeFileSync } = require("node:fs");
const { load } = require("./bin/script.js");

const { scripts, loaded } = load("./run.js");
const io = { out() {}, err() {}, terminal: false, columns: 80, env: {} };
const keep = () => {
  for (const [path, script] of scripts) writeFileSync(path, script.createCachedData());
  scripts.clear();
};

(async () => {
  for (const args of [["--help"], ["--version"], ["--unknown"], ["lint", "--help"]]) await loaded.main(args, io);
  // V8 takes a cache only with the flags that it was made with: those of the first part are Node's own, those of the others
  // the ones that the program sets before it loads them.
  keep();
  process.stdout.write = () => true;
  process.argv = [process.execPath, "cloud-init-lint", ...process.argv.slice(2)];
  process.on("exit", () => {
    keep();
    process.exitCode = 0;
  });
  loaded.run();
})();
