// Builds what bin/ and the package's exports need: dist/rules.json, dist/cli.js, dist/index.js; and
// dist/cloud-init-lint.mjs, the whole program in one file that runs alone.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const options = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  logLevel: "warning",
  legalComments: "none",
  // Bundled CommonJS packages call require.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

mkdirSync("dist", { recursive: true });
await build({ ...options, entryPoints: ["src/lint/compileRules.ts"], outfile: "dist/compile-rules.js" });
const { compileRules } = await import("./dist/compile-rules.js");
compileRules("rules", "dist/rules.json");
rmSync("dist/compile-rules.js");
for (const [name, entry] of Object.entries({ cli: "src/cli/cli.ts", index: "src/index.ts" }))
  await build({ ...options, minify: true, entryPoints: [entry], outfile: `dist/${name}.js` });
writeFileSync("dist/cloud-init-lint.mjs", `#!/usr/bin/env node\n${readFileSync("dist/cli.js", "utf8")}`, {
  mode: 0o755,
});
