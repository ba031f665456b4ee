// Builds what bin/ and the package's exports need: dist/rules.json, dist/cli.cjs with V8's code cache beside it,
// dist/index.js; and dist/cloud-init-lint.mjs, the whole program in one file that runs alone.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/** Built-in modules that take a millisecond or more to load and that many runs do not need: loaded when first used. */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(child_process|crypto|net|zlib)$/ }, ({ path, namespace }) =>
      namespace === "lazy" ? { path, external: true } : { path, namespace: "lazy" },
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => require("${path}")[name] }));`,
    }));
  },
};

const options = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
  legalComments: "none",
};
const program = {
  ...options,
  minify: true,
  // Of `yaml` only the Parser is used; its build for browsers is of ES modules, which go without the rest.
  alias: { yaml: "./node_modules/yaml/browser/dist/parse/parser.js" },
  plugins: [lazyBuiltins],
};
const esm = {
  format: "esm",
  // Bundled CommonJS packages call require.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

mkdirSync("dist", { recursive: true });
await build({ ...options, ...esm, entryPoints: ["src/lint/rules/compileRules.ts"], outfile: "dist/compile-rules.js" });
const { compileRules } = await import("./dist/compile-rules.js");
compileRules("rules", "dist/rules.json");
rmSync("dist/compile-rules.js");
await build({ ...program, ...esm, entryPoints: ["src/index.ts"], outfile: "dist/index.js" });
const cli = { ...program, entryPoints: ["src/cli/cli.ts"] };
await build({
  ...cli,
  ...esm,
  banner: { js: `#!/usr/bin/env node\n${esm.banner.js}` },
  outfile: "dist/cloud-init-lint.mjs",
});
chmodSync("dist/cloud-init-lint.mjs", 0o755);

// The first line names the code, and so the cache that is of it.
const [{ text }] = (await build({ ...cli, format: "cjs", write: false })).outputFiles;
const id = createHash("sha256").update(text).digest("hex").slice(0, 16);
for (const name of readdirSync("dist")) if (/^cli\..*\.cache$/.test(name)) rmSync(`dist/${name}`);
writeFileSync("dist/cli.cjs", `//${id}\n${text}`);
execFileSync(process.execPath, ["codeCache.cjs", "fixtures/debian-12-hardened"]);
