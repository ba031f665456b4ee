// Bundles the fuzzer and runs it: npm run fuzz -- [--seconds N | --executions N] [--seed S] [TARGET...]
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";

process.chdir(resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../.."));
if (!existsSync("dist/rules.json")) {
  console.error("dist/rules.json is missing: run npm run bundle first");
  process.exit(2);
}
// Files of each execution are made in it, which takes less time in memory.
const memory = "/dev/shm";
const directory = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "cloud-init-lint-fuzz-"));
const options = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
  loader: { ".css": "text", ".sh": "text", ".client.js": "text", ".thread.js": "text" },
  // Of it only an error message's frames are read, so that its sources are not needed.
  sourcemap: "inline",
  sourcesContent: false,
};
let status = 2;
try {
  await build({
    ...options,
    format: "cjs",
    entryPoints: ["test/fuzz/child.ts"],
    outfile: join(directory, "child.cjs"),
  });
  await build({
    ...options,
    format: "esm",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    entryPoints: ["test/fuzz/fuzz.ts"],
    outfile: join(directory, "fuzz.mjs"),
  });
  const child = spawn(process.execPath, [join(directory, "fuzz.mjs"), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  status = await new Promise((done) => child.on("exit", (code) => done(code ?? 130)));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = status;
