// The head of the one file that holds the whole program. The build puts PARTS, the parts of the program, in front of it:
// functions with only a comment in them, which V8 does not compile and `toString` gives back.
const { compiled, linked } = require("./parts.js");

const scripts = Object.values(PARTS).map((part) => () => compiled(textOf(part), { filename: __filename }));
const load = linked(scripts, { filename: __filename, dirname: __dirname, require });

function textOf(part) {
  const text = String(part);
  return text.slice(text.indexOf("/*") + 2, text.lastIndexOf("*/"));
}

module.exports = {
  run: () => load("./run.js").run(),
  work: () => load("./work.js").work(),
  get library() {
    return load("./library.js");
  },
  get settingsSchema() {
    return load("./settings.js").settingsSchema;
  },
  get manual() {
    return load("./manual.js").manual;
  },
};
if (require.main === module) module.exports.run();
