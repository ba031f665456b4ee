import { findPair } from "../../config/merge.ts";
import { type BaseConfig, CLOUD_CFG, CLOUD_CFG_D } from "../../config/read.ts";
import type { Image } from "../../image/image.ts";
import { strictText } from "../../image/utf8.ts";
import type { ConfigNode, Mapping } from "../../python/tree.ts";
import { sameValue } from "../../python/value.ts";
import { parseYaml } from "../../python/yaml/load.ts";
import type { FileEdit } from "../finding.ts";
import { addToConfig } from "./addToConfig.ts";

/** The file of all fixes, and its names where a file that sorts after it would win. */
const NAMES = ["99-cloud-init-lint.cfg", "zz-cloud-init-lint.cfg", "zzzz-cloud-init-lint.cfg"];

/**
 * The edit that adds a fragment of cloud-config to the drop-in that all fixes share: one of an earlier run, or a new one
 * under the first name that wins; undefined if none can.
 */
export function inDropIn(image: Image, base: BaseConfig, fragment: string): FileEdit | undefined {
  const directory = directoryOf(image, base);
  const { node } = parseYaml(fragment, "");
  if (directory === undefined || node?.type !== "mapping") return undefined;
  const exists = (name: string) => image.lstat(`${directory}/${name}`) !== undefined;
  const names = [...NAMES.filter(exists).reverse(), ...NAMES.filter((name) => !exists(name))];
  for (const name of names) {
    const path = `${directory}/${name}`;
    if (base.files.some((file) => overrides(file.path, path) && sets(file.root, node))) continue;
    if (exists(name) && image.lstat(path)?.kind !== "file") continue;
    const bytes = image.read(path);
    const text = bytes && strictText(bytes);
    if (bytes !== undefined && text === undefined) continue;
    const content = addToConfig(text, fragment);
    // What already stands there does not help.
    if (content === text && content !== undefined) return undefined;
    if (content !== undefined) return { path, content, config: fragment };
  }
  return undefined;
}

/** The directory that cloud-init reads drop-ins from, or would if it existed. */
function directoryOf(image: Image, { directory, files }: BaseConfig): string | undefined {
  if (directory !== undefined) return directory;
  const main = files.find(({ path }) => path === CLOUD_CFG);
  const isRedirected = main !== undefined && findPair(main.root, "conf_d") !== undefined;
  return isRedirected || image.lstat(CLOUD_CFG_D) !== undefined ? undefined : CLOUD_CFG_D;
}

/** Whether a file wins over another of the directory, or would look as if it did because of its higher number. */
function overrides(path: string, other: string): boolean {
  if (path === CLOUD_CFG || path === other) return false;
  const [number, own] = [numberOf(path), numberOf(other)];
  return path > other || (number !== undefined && own !== undefined && number > own);
}

function numberOf(path: string): number | undefined {
  const [, digits] = /\/(\d+)[^/]*$/.exec(path) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether a mapping gives one of the values of another mapping a different value. */
function sets(root: ConfigNode, wanted: Mapping): boolean {
  if (root.type !== "mapping") return true;
  return wanted.children.some(({ key, value }) => {
    const held = findPair(root, String(key.value))?.value;
    if (held === undefined) return false;
    return value.type === "mapping" && value.children.length > 0 ? sets(held, value) : !sameValue(held, value);
  });
}
