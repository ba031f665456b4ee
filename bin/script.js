// The program as a script that V8 need not compile again where dist/ holds a code cache that this very Node made.
const { readFileSync } = require("node:fs");
const { wrap } = require("node:module");
const { join } = require("node:path");
const { Script } = require("node:vm");

const dist = join(__dirname, "..", "dist");

exports.load = () => {
  const filename = join(dist, "cli.cjs");
  // What is built is ASCII.
  const source = readFileSync(filename, "latin1");
  const script = new Script(wrap(source), { filename, cachedData: codeCache(source.slice(2, source.indexOf("\n"))) });
  return { script, run: () => script.runInThisContext()(exports, require) };
};

/** Undefined where there is none; V8 itself refuses what another Node made. */
function codeCache(id) {
  try {
    return readFileSync(join(dist, `cli.${id}.cache`));
  } catch {
    return undefined;
  }
}
