import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** What `npm run executable` and `npm run packages` make. */
export const OUT = resolve("out");

/** The directory of the executable of this machine. */
export const FOLDER = join(OUT, `cloud-init-lint-${process.platform}-${process.arch}`);
export const EXECUTABLE = join(FOLDER, "cloud-init-lint");

export const executableIsBuilt = { "npm run executable": existsSync(EXECUTABLE) };

/** The path of the package of a kind, such as .deb. */
export function packageOf(kind: string): string | undefined {
  const name = existsSync(OUT) && readdirSync(OUT).find((one) => one.endsWith(kind));
  return name ? join(OUT, name) : undefined;
}
