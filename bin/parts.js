// The program is in parts: scripts whose value is their modules, as functions by name. A part is compiled when one of its
// modules is first needed, so that what a command does not use costs it no time.
const { Script } = require("node:vm");

/**
 * How a module of the program loads another one, or one of Node.
 * @param compiled the scripts of the parts, made when they are called, in the order in which modules are looked for
 */
exports.linked = (compiled, { filename, dirname, require }) => {
  const modules = {};
  const loaded = new Map();
  const waiting = [...compiled];
  const load = (name) => {
    if (!name.startsWith("./")) return require(name);
    let exported = loaded.get(name);
    if (exported === undefined) {
      while (!(name in modules)) Object.assign(modules, waiting.shift()().runInThisContext());
      const module = { exports: {} };
      modules[name](module, module.exports, load, filename, dirname);
      exported = module.exports;
      loaded.set(name, exported);
    }
    return exported;
  };
  return load;
};

/** A part as the build has put it into a comment, where a character is in what would end it. */
exports.compiled = (text, options) => {
  try {
    return new Script(text.replaceAll("*\u0001/", "*/"), options);
  } catch {
    return exports.end(`${options.filename} is damaged`);
  }
};

/** Ends as a Node too old does. */
exports.end = (why, advice = "install or build the program again") => {
  process.stderr.write(`cloud-init-lint: ${why}: ${advice}\n`);
  return process.exit(2);
};
