import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { roots } from "../describeReal.ts";

/** Where test/real/examples/make-validators.sh puts them. */
export const validatorFolder = join(dirname(roots), "validators");
const require = createRequire(join(validatorFolder, "package.json"));

/** Whether test/real/examples/make-validators.sh has been run. */
export const validators = {
  "test/real/examples/make-validators.sh": existsSync(join(validatorFolder, "package-lock.json")),
};

/** A CommonJS module of theirs. */
export function validator<Module>(name: string): Module {
  return require(name);
}

/** An ES module of theirs, bundled: some import JSON in the way of bundlers. @param file in node_modules */
export async function validatorModule<Module>(file: string): Promise<Module> {
  const folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  const outfile = join(folder, "bundle.cjs");
  const entry = join(validatorFolder, "node_modules", file);
  await build({ entryPoints: [entry], outfile, bundle: true, format: "cjs", platform: "node" });
  const module = require(outfile);
  rmSync(folder, { recursive: true });
  return module;
}
