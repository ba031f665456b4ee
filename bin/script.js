// The program in the package or checkout that this file is in. Only the parts that a command needs are read, and V8 need not
// compile them again where dist/ holds code caches that this very Node made of this very file.
const { closeSync, openSync, readFileSync, readSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");
const { linked, outOfComment } = require("./parts.js");

const home = dirname(__dirname);
const dist = join(home, "dist");
const filename = join(dist, "cloud-init-lint.cjs");

/** A module of the program, and the scripts that are compiled by then and later, by the paths of their caches. */
exports.load = (name) => {
  const scripts = new Map();
  const { parts, state } = readIndex();
  const compiled = parts.map(([part, start, length]) => () => {
    const cache = join(dist, `${part}.${state}.${nodeState()}.cache`);
    const script = new Script(outOfComment(readAt(start, length)), { filename, cachedData: readCache(cache) });
    scripts.set(cache, script);
    return script;
  });
  const load = linked(compiled, { filename, dirname: dist, require });
  return { scripts, loaded: load(name) };
};

/** The names and places of the parts, from the second line of the program, and the state of the file. */
function readIndex() {
  const head = readAt(0, 1024);
  const [shebang, index = ""] = head.split("\n", 2);
  try {
    const base = shebang.length + index.length + 2;
    const parts = JSON.parse(index.replace("//", "")).map(([part, start, length]) => [part, base + start, length]);
    return { parts, state: stateOf(statSync(filename)) };
  } catch {
    return end("is damaged");
  }
}

/** Part of the file, which is ASCII. */
function readAt(position, length) {
  const bytes = Buffer.allocUnsafe(length);
  let file;
  try {
    file = openSync(filename);
    if (readSync(file, bytes, 0, length, position) < length) return end("is damaged");
  } catch ({ code, message }) {
    return end(code === "ENOENT" ? "is missing" : `cannot be read: ${message}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return bytes.latin1Slice();
}

/** Ends as a Node too old does. Only a checkout that is not built lacks the file. */
function end(what) {
  const [why, advice] =
    what === "is missing"
      ? [`${home} is not built`, 'run "npm ci" there, or "npm run build" where its dependencies are installed']
      : [`${filename} ${what}`, "install or build the program again"];
  process.stderr.write(`cloud-init-lint: ${why}: ${advice}\n`);
  return process.exit(2);
}

/** What V8 kept of a part; undefined if it did not. */
function readCache(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Which program this Node is. V8 itself compares too little: Node 20.19 takes what Node 20.20 made, since both have the
 * same release of V8, and crashes on it.
 */
function nodeState() {
  return `${process.version}-${process.arch}-${stateOf(statSync(process.execPath))}`;
}

const stateOf = ({ size, mtimeMs }) => `${size}-${Math.trunc(mtimeMs)}`;
