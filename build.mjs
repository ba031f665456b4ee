// Builds docs/rules and dist/: rules.json and rule-texts.json; cloud-init-lint.cjs, the whole program in one file that runs alone,
// in parts that are compiled when they are needed, with V8's code caches of them beside it; aws.cjs, the AWS SDK, which only
// images in AWS need; index.js, which gives the library to ES modules. THIRD-PARTY-NOTICES.txt has the licences of what is
// bundled. `node build.mjs types` adds index.d.ts, the library's types.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { build, transform } from "esbuild";
import { noticesOf } from "./release/notices.mjs";

/** Built-in modules that take a millisecond or more to load and that many runs do not need: loaded when first used. */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve(
      { filter: /^node:(child_process|crypto|fs\/promises|https?|net|sea|tty|v8|worker_threads|zlib)$/ },
      ({ path, namespace }) => (namespace === "lazy" ? { path, external: true } : { path, namespace: "lazy" }),
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => require("${path}")[name] }));`,
    }));
  },
};

/** Of package.json what the program says of itself, so that the other parts of it change no program. */
const ownFacts = {
  name: "own-facts",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) => {
      if (path !== join(import.meta.dirname, "package.json")) return undefined;
      const { name, version, description, repository, engines } = JSON.parse(readFileSync(path, "utf8"));
      return { loader: "json", contents: JSON.stringify({ name, version, description, repository, engines }) };
    });
  },
};

/** The shapes of all requests of AWS, with plain keys, so that those of requests that are not made are left out. */
const plainKeys = {
  name: "plain-keys",
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk\/client-\w+\/dist-es\/schemas\/schemas_0\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const strings = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      return {
        contents: text.replaceAll(/\[(_\w+)\]:/g, (key, name) => (strings.has(name) ? `${strings.get(name)}:` : key)),
      };
    });
  },
};

const options = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
  legalComments: "none",
  // The style and the script of the HTML report, the code of a thread and the scripts of the sandbox, imported with "?raw".
  loader: { ".css": "text", ".sh": "text", ".client.js": "text", ".thread.js": "text" },
};

mkdirSync("dist", { recursive: true });
await build({
  ...options,
  entryPoints: ["src/lint/rules/compileRules.ts"],
  format: "cjs",
  outfile: "dist/compile-rules.cjs",
});
const require = createRequire(import.meta.url);
require("./dist/compile-rules.cjs").compileRules("rules", "dist", "docs/rules");
rmSync("dist/compile-rules.cjs");

const aws = await build({
  ...options,
  entryPoints: ["src/disk/ebs/bundled.ts"],
  format: "cjs",
  outfile: "dist/aws.cjs",
  minify: true,
  // Of ES modules, what is not used is left out.
  mainFields: ["module", "main"],
  conditions: ["module"],
  // An executable evaluates it as a script, which imports nothing.
  supported: { "dynamic-import": false },
  plugins: [plainKeys],
  metafile: true,
});

const remote = await build({
  ...options,
  entryPoints: ["src/disk/remote/serve.ts"],
  format: "cjs",
  outfile: "dist/remote.thread.js",
  minify: true,
  metafile: true,
});

// The program in modules, which share what several of them need. Each is a function of its own in one of three parts:
// what every command needs, what a lint needs besides, and all the rest.
const { outputFiles, metafile } = await build({
  ...options,
  entryPoints: {
    run: "src/cli/cli.ts",
    work: "src/cli/worker.ts",
    library: "src/index.ts",
    settings: "src/cli/settings/published.ts",
    manual: "src/cli/manual.ts",
  },
  splitting: true,
  format: "esm",
  outdir: "dist",
  minify: true,
  // Of `yaml` only the Parser is used; its build for browsers is of ES modules, which go without the rest.
  alias: { yaml: "./node_modules/yaml/browser/dist/parse/parser.js" },
  plugins: [lazyBuiltins, ownFacts],
  write: false,
  metafile: true,
});
writeFileSync("dist/THIRD-PARTY-NOTICES.txt", noticesOf([aws.metafile, remote.metafile, metafile]));

/** An import at the beginning of a module and the exports at its end, as esbuild writes them. */
const IMPORT = /^import(?:(?:\*as )?([\w$]+) from|\{([^}]*)\}from|)"([^"]+)";/;
const EXPORT = /export\{([^}]*)\};\s*$/;

/** The modules that one of them loads as well, from its entry point in src/. */
function closureOf(entryPoint) {
  const { outputs } = metafile;
  const found = new Set(Object.keys(outputs).filter((name) => outputs[name].entryPoint === entryPoint));
  for (const name of found)
    for (const { path, kind } of outputs[name].imports)
      if (kind === "import-statement" && path in outputs) found.add(path);
  return found;
}

/**
 * A module with `require` in place of its imports and with plain values as its exports: those that esbuild makes of them are
 * getters, which every use of an import would call.
 */
function required(text) {
  let head = "";
  let rest = text;
  const renamed = (names) => names.replaceAll(" as ", ":");
  for (let found = IMPORT.exec(rest); found !== null; rest = rest.slice(found[0].length), found = IMPORT.exec(rest)) {
    const [, whole, names, from] = found;
    const module = `require("${from}")`;
    head += whole !== undefined ? `const ${whole}=${module};` : `${names ? `const{${renamed(names)}}=` : ""}${module};`;
  }
  if (rest.startsWith("import") || !EXPORT.test(rest))
    throw new Error("esbuild writes imports or exports in another way");
  const exported = ([, names]) =>
    names
      .split(",")
      .map((name) => name.split(" as ").reverse().join(":"))
      .join(",");
  return head + rest.replace(EXPORT, (...found) => `module.exports={${exported(found)}};`);
}

const modules = new Map(outputFiles.map(({ path, text }) => [`dist/${basename(path)}`, text]));
const parts = {};
for (const [part, entryPoints] of Object.entries({
  start: ["src/cli/cli.ts"],
  lint: ["src/cli/run/lint.ts", "src/cli/worker.ts", "src/report/text.ts"],
  more: Object.values(metafile.outputs).map(({ entryPoint }) => entryPoint),
})) {
  const functions = [];
  for (const name of new Set(entryPoints.flatMap((entryPoint) => [...closureOf(entryPoint)]))) {
    const text = modules.get(name);
    if (text === undefined) continue;
    modules.delete(name);
    const { code } = await transform(required(text), {
      format: "cjs",
      platform: "node",
      target: options.target,
      supported: { "dynamic-import": false },
      minify: true,
    });
    functions.push(`"./${basename(name)}"(module,exports,require,__filename,__dirname){${code}}`);
  }
  parts[part] = `({${functions.join(",\n")}})`;
}

/** esbuild leaves a character beyond ASCII in regular expressions and tagged templates, where this is the same. */
const ascii = (code) =>
  code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

// The parts stand in comments, which V8 skips twenty times as fast as code that it does not run.
const program = "dist/cloud-init-lint.cjs";
let body = "const PARTS={";
const index = Object.entries(parts).map(([part, code]) => {
  const text = ascii(code).replaceAll("*/", "*\u0001/");
  body += `${part}(){/*`;
  const start = body.length;
  body += `${text}*/},\n`;
  return [part, start, text.length];
});
const head = await build({ ...options, entryPoints: ["bin/alone.js"], format: "cjs", minify: true, write: false });
body += `};\n${head.outputFiles[0].text}`;
for (const name of readdirSync("dist")) if (name.endsWith(".cache")) rmSync(`dist/${name}`);
writeFileSync(program, `#!/usr/bin/env node\n//${JSON.stringify(index)}\n${body}`, { mode: 0o755 });
// Most of what lints compile is compiled for these.
execFileSync(process.execPath, [
  "codeCache.cjs",
  ...["debian-12-hardened", "ubuntu-24.04", "rocky-9", "ubuntu-20.04", "opensuse-leap-15.6"].map(
    (name) => `fixtures/${name}`,
  ),
]);

const { library, manual, settingsSchema } = require(`./${program}`);
writeFileSync("schemas/settings-v1.schema.json", settingsSchema());
writeFileSync("man/cloud-init-lint.1", manual());
const names = Object.keys(library);
writeFileSync(
  "dist/index.js",
  `import program from "./cloud-init-lint.cjs";\nexport const { ${names.join(", ")} } = program.library;\n`,
);

if (process.argv[2] === "types") {
  execFileSync("node_modules/.bin/tsc", ["-p", "tsconfig.types.json"], { stdio: "inherit" });
  const { rolldown } = await import("rolldown");
  const { dts } = await import("rolldown-plugin-dts");
  const bundle = await rolldown({
    input: "dist/types/src/index.d.ts",
    plugins: dts({ dtsInput: true, emitDtsOnly: true, sourcemap: false }),
    external: /^node:/,
  });
  await bundle.write({ file: "dist/index.d.ts" });
  rmSync("dist/types", { recursive: true });
}
