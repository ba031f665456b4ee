// The program as a script that V8 need not compile again where dist/ holds a code cache that this very Node made.
const { readFileSync, statSync } = require("node:fs");
const { wrap } = require("node:module");
const { join } = require("node:path");
const { Script } = require("node:vm");

/** The program, the path of the cache that is of just this code and this Node, and how to run it. */
exports.load = () => {
  const dist = join(__dirname, "..", "dist");
  const filename = join(dist, "cli.cjs");
  // What is built is ASCII. Its first line names the code.
  const source = readFileSync(filename, "latin1");
  const code = source.slice(2, source.indexOf("\n"));
  let cache;
  let cachedData;
  try {
    cache = join(dist, `cli.${code}.${nodeIdentity()}.cache`);
    cachedData = readFileSync(cache);
  } catch {
    // It runs without as well.
  }
  const script = new Script(wrap(source), { filename, cachedData });
  return { script, cache, run: () => script.runInThisContext()(exports, require) };
};

/**
 * Which program this Node is. V8 itself compares too little: Node 20.19 takes what Node 20.20 made, since both have the
 * same release of V8, and crashes on it.
 */
function nodeIdentity() {
  const { size, mtimeMs } = statSync(process.execPath);
  return [process.version, process.arch, size, Math.trunc(mtimeMs)].join("-");
}
