import { spend } from "./effort.ts";
import { ModuleFailure, type ModuleRun } from "./module.ts";

/**
 * A file's text where cloud-init reads it without tolerance (util.load_file); undefined when there is no such file.
 * @throws ModuleFailure when it is not UTF-8.
 */
export function strictText(boot: ModuleRun, path: string): string | undefined {
  const bytes = boot.image.read(path);
  if (bytes === undefined) return undefined;
  spend(boot.image, "read", bytes.length);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ModuleFailure(`${path} is not UTF-8`);
  }
}
