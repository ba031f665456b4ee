// The program in the package or checkout that this file is in. Only the parts that a command needs are read, and V8 need not
// compile them again where dist/ holds code caches that this very Node made of this very file.
const { closeSync, openSync, readFileSync, readSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { compiled, end, linked } = require("./parts.js");

const home = dirname(__dirname);
const dist = join(home, "dist");
const filename = join(dist, "cloud-init-lint.cjs");

/** A module of the program, and the scripts that are compiled by then and later, by the paths of their caches. */
exports.load = (name) => {
  const scripts = new Map();
  const { parts, state } = readIndex();
  const waiting = parts.map(([part, start, length]) => () => {
    const cache = join(dist, `${part}.${state}.${nodeState()}.cache`);
    const script = compiled(readAt(start, length), { filename, cachedData: readCache(cache) });
    scripts.set(cache, script);
    return script;
  });
  const load = linked(waiting, { filename, dirname: dist, require });
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
    return end(`${filename} is damaged`);
  }
}

/** Part of the file, which is ASCII. */
function readAt(position, length) {
  const bytes = Buffer.allocUnsafe(length);
  let file;
  try {
    file = openSync(filename);
    if (readSync(file, bytes, 0, length, position) < length) return end(`${filename} is damaged`);
  } catch ({ code, message }) {
    // Only a checkout that is not built lacks it.
    if (code === "ENOENT")
      return end(`${home} is not built`, 'run "npm ci" there, or "npm run build" where its dependencies are installed');
    return end(`${filename} cannot be read: ${message}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return bytes.latin1Slice();
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
