#!/usr/bin/env node
let program;
try {
  program = require("./script.js");
} catch (error) {
  const [why] = error.message.split("\n", 1);
  process.stderr.write(`cloud-init-lint: the program is incomplete (${why}): install or build it again\n`);
  process.exit(2);
}
program.load("./run.js").loaded.run();
