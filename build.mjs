// Builds what bin/ and the package's exports need: dist/rules.json, dist/cli.js, dist/index.js.
import { mkdirSync } from "node:fs";
import { build } from "esbuild";

const options = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  logLevel: "warning",
  legalComments: "none",
  // Bundled CommonJS packages call require.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
};

mkdirSync("dist", { recursive: true });
await build({ ...options, entryPoints: ["src/lint/compileRules.ts"], outfile: "dist/compile-rules.js" });
const { compileRules } = await import("./dist/compile-rules.js");
compileRules("rules", "dist/rules.json");
await build({
  ...options,
  minify: true,
  splitting: true,
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  entryPoints: { cli: "src/cli/cli.ts", index: "src/index.ts" },
});
