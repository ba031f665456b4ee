// Builds docs/rules and dist/: rules.json; cloud-init-lint.cjs, the whole program in one file that runs alone, with V8's code cache
// beside it; aws.cjs, the AWS SDK, which only images in AWS need; index.js, which gives the library to ES modules.
// THIRD-PARTY-NOTICES.txt has the licences of what is bundled. `node build.mjs types` adds index.d.ts, the library's types.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";
import { noticesOf } from "./release/notices.mjs";

/** Built-in modules that take a millisecond or more to load and that many runs do not need: loaded when first used. */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(child_process|crypto|https?|net|zlib)$/ }, ({ path, namespace }) =>
      namespace === "lazy" ? { path, external: true } : { path, namespace: "lazy" },
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => require("${path}")[name] }));`,
    }));
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
  // The style and the script of the HTML report and the code of a thread, imported with "?raw".
  loader: { ".css": "text", ".client.js": "text", ".thread.js": "text" },
};

mkdirSync("dist", { recursive: true });
await build({
  ...options,
  entryPoints: ["src/lint/rules/compileRules.ts"],
  format: "cjs",
  outfile: "dist/compile-rules.cjs",
});
const require = createRequire(import.meta.url);
require("./dist/compile-rules.cjs").compileRules("rules", "dist/rules.json", "docs/rules");
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

// Run, it is the command; loaded, it gives the library and the work of a thread.
const program = "dist/cloud-init-lint.cjs";
const {
  outputFiles: [{ text }],
  metafile,
} = await build({
  ...options,
  stdin: {
    contents:
      'export * as library from "./src/index.ts"; export { run } from "./src/cli/cli.ts"; export { work } from "./src/cli/worker.ts"; export { settingsSchema } from "./src/cli/settings/published.ts"; export { manual } from "./src/cli/manual.ts";',
    resolveDir: import.meta.dirname,
  },
  format: "cjs",
  footer: { js: "if (require.main === module) module.exports.run();" },
  minify: true,
  // Of `yaml` only the Parser is used; its build for browsers is of ES modules, which go without the rest.
  alias: { yaml: "./node_modules/yaml/browser/dist/parse/parser.js" },
  plugins: [lazyBuiltins],
  write: false,
  metafile: true,
});
writeFileSync("dist/THIRD-PARTY-NOTICES.txt", noticesOf([aws.metafile, remote.metafile, metafile]));
// The second line names the code, and so the cache that belongs to it.
const id = createHash("sha256").update(text).digest("hex").slice(0, 16);
for (const name of readdirSync("dist")) if (name.endsWith(".cache")) rmSync(`dist/${name}`);
writeFileSync(program, `#!/usr/bin/env node\n//${id}\n${text}`, { mode: 0o755 });
execFileSync(process.execPath, ["codeCache.cjs", "fixtures/debian-12-hardened"]);

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
