import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "vitest/config";

/** The files that `compiledSource` makes, which Node loads itself. */
export const COMPILED = /\/dist\/source-/;

/**
 * Compiles src/ once for all test files, as the program is compiled, instead of module by module in Vite and again in each
 * process: that would take a sixth of the time of all unit tests.
 */
export async function compiledSource(): Promise<Plugin> {
  const source = resolve("src") + sep;
  const outdir = mkdtempSync(join(resolve("dist"), "source-"));
  process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
  const modules = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  await build({
    entryPoints: modules.map((name) => join("src", name)),
    outdir,
    outbase: "src",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // Each module exists once, whichever test file asks for it.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    loader: { ".css": "text", ".sh": "text", ".client.js": "text", ".thread.js": "text" },
    // Traces of errors lead to the lines of src/.
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
  return {
    name: "compiled-source",
    enforce: "pre",
    resolveId(id, importer) {
      const path = importer === undefined ? id : resolve(importer, "..", id);
      if (!path.startsWith(source) || !path.endsWith(".ts")) return undefined;
      return { id: join(outdir, path.slice(source.length).replace(/\.ts$/, ".mjs")), external: true };
    },
  };
}
