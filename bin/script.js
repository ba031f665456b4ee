// The program as a script that V8 need not compile again where dist/ holds a code cache that this very Node made.
const { readFileSync, statSync } = require("node:fs");
const { wrap } = require("node:module");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

/** The program, the path of the cache that is of just this code and this Node, and how to run it. */
exports.load = () => {
  const dist = join(__dirname, "..", "dist");
  const filename = join(dist, "cloud-init-lint.cjs");
  const source = readProgram(filename);
  const code = source.slice(2, source.indexOf("\n"));
  const module = { exports: {} };
  let cache;
  let cachedData;
  try {
    cache = join(dist, `${code}.${nodeIdentity()}.cache`);
    cachedData = readFileSync(cache);
  } catch {
    // It runs without as well.
  }
  const script = new Script(wrap(source), { filename, cachedData });
  const run = () => {
    script.runInThisContext()(module.exports, require, module, filename, dist);
    module.exports.run();
  };
  return { script, cache, run };
};

/** What is built, which is ASCII, from the line that names the code. A checkout that is not built ends as a Node too old does. */
function readProgram(filename) {
  try {
    return readFileSync(filename, "latin1").replace(/^#!.*\n/, "");
  } catch ({ code, message }) {
    const advice = 'run "npm ci" there, or "npm run build" where its dependencies are installed';
    const why = code === "ENOENT" ? `${dirname(__dirname)} is not built: ${advice}` : message;
    process.stderr.write(`cloud-init-lint: ${why}\n`);
    return process.exit(2);
  }
}

/**
 * Which program this Node is. V8 itself compares too little: Node 20.19 takes what Node 20.20 made, since both have the
 * same release of V8, and crashes on it.
 */
function nodeIdentity() {
  const { size, mtimeMs } = statSync(process.execPath);
  return [process.version, process.arch, size, Math.trunc(mtimeMs)].join("-");
}
