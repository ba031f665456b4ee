// The program as a script that V8 need not compile again where dist/ holds a code cache that this very Node made.
const { readFileSync } = require("node:fs");
const { wrap } = require("node:module");
const { join } = require("node:path");
const { Script } = require("node:vm");

/** The program, the path of the cache that is of just this code, and how to run it. */
exports.load = () => {
  const dist = join(__dirname, "..", "dist");
  const filename = join(dist, "cli.cjs");
  // What is built is ASCII. Its first line names the code.
  const source = readFileSync(filename, "latin1");
  const cache = join(dist, `cli.${source.slice(2, source.indexOf("\n"))}.cache`);
  const script = new Script(wrap(source), { filename, cachedData: contentOf(cache) });
  return { script, cache, run: () => script.runInThisContext()(exports, require) };
};

/** Undefined where there is no cache; V8 itself refuses what another Node made. */
function contentOf(cache) {
  try {
    return readFileSync(cache);
  } catch {
    return undefined;
  }
}
