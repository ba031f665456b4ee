// Starts the program of an executable, in its first thread and in those that lint, from what is packed into it: its parts,
// and what V8 compiled of some of them, whose names the build puts into COMPILED.
const { getRawAsset } = require("node:sea");
const { isMainThread } = require("node:worker_threads");
const { compiled, linked } = require("../../bin/parts.js");

const asset = (name) => Buffer.from(getRawAsset(name));
const filename = process.execPath;
const program = asset("cloud-init-lint.cjs");

// As bin/script.js reads them.
const [shebang, index] = program.latin1Slice(0, 1024).split("\n", 2);
const base = shebang.length + index.length + 2;
const scripts = JSON.parse(index.replace("//", "")).map(([part, start, length]) => () => {
  const text = program.latin1Slice(base + start, base + start + length);
  const cache = `${part}.cache`;
  return compiled(text, { filename, cachedData: COMPILED.includes(cache) ? asset(cache) : undefined });
});
const load = linked(scripts, { filename, dirname: "", require });
if (isMainThread) load("./run.js").run();
else load("./work.js").work();
