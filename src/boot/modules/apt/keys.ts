import type { Origin } from "../../../image/origin.ts";
import { unknown } from "../../../image/unknown.ts";
import { text } from "../../../python/checked.ts";
import { Raises } from "../../../python/errors.ts";
import type { ConfigObject, ConfigValue } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";

const TRUSTED = "/etc/apt/trusted.gpg.d";
/** The directory of keys that only the sources that name them trust. */
const NAMED = "/etc/apt/cloud-init.gpg.d";

/**
 * Adds the key of a source or mirror, given in full or by its ID. Returns the file with it, which is /dev/null where
 * gpg takes no key from it; undefined if there is none, and before 21.4, when apt-key did it.
 */
export function addKey(
  boot: ModuleRun,
  entry: ConfigObject,
  fileName: ConfigValue | undefined,
  options: { readonly because: Origin; readonly named: boolean },
): string | undefined {
  let content = unknown("the key in the form that gpg writes");
  // Since 23.4 a missing gpg has been installed by now.
  const hasGpg = boot.since("23.4") || !boot.lacks("gpg");
  if ("keyid" in entry && !("key" in entry)) {
    const id = text(entry.keyid, "a key's id");
    if (!hasGpg) throw new Raises(`gpg is not installed, so cloud-init cannot fetch the key ${id}`);
    boot.command(`gpg --keyserver=${pyStr(entry.keyserver ?? "keyserver.ubuntu.com")} --recv-keys ${id}`);
    content = unknown("the key from the key server");
    entry.key = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
  }
  if (!("key" in entry)) return undefined;
  if (!boot.since("21.4")) {
    text(entry.key, "a key");
    if (!hasGpg) throw new Raises("gpg, which apt-key needs, is not installed");
    boot.command("apt-key add -");
    boot.mayChange("/etc/apt/trusted.gpg", "apt-key adds a key to it", options.because);
    return undefined;
  }
  const name = stem(text(fileName, "the file name of a key"));
  const key = entry.key === null ? "" : text(entry.key, "a key");
  const isKey = /^-----BEGIN PGP [A-Z ]+-----\s*$/m.test(key);
  if (!hasGpg && isKey) boot.note("apt-key-needs-gpg", { name }, options.because);
  if (!hasGpg || !isKey || name === "") return "/dev/null";
  const path = `${options.named ? NAMED : TRUSTED}/${name}.gpg`;
  boot.write(path, content, options.because);
  return path;
}

/** The last component of a path without its extension (pathlib's stem). */
function stem(path: string): string {
  const name =
    path
      .replace(/(?<!\/)\/+$/, "")
      .split("/")
      .at(-1) ?? "";
  const dot = name.lastIndexOf(".");
  return dot > 0 && dot < name.length - 1 ? name.slice(0, dot) : name;
}
