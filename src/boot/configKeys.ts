import type { Program } from "../distro/library/fact.ts";
import { versionAtLeast } from "../distro/version.ts";
import { coreKeys, imageKeys, namedImageKeys } from "./coreKeys.ts";
import type { Module } from "./module.ts";
import { existsIn, isForDistro } from "./moduleFacts.ts";
import { modules } from "./modules/modules.ts";

/** Top-level keys that cloud-init reads from the files of the image, not from what a launch provides. */
export const systemKeys: ReadonlySet<string> = new Set(Object.keys({ ...imageKeys, ...namedImageKeys }));

/** Top-level keys that stock files of the Red Hat family and Amazon Linux set though nothing reads them since 18.5. */
export const stockKeys: ReadonlySet<string> = new Set(["cc_ready_cmd", "resize_rootfs_tmp", "ssh_svcname"]);

const core: ReadonlySet<string> = new Set([...systemKeys, ...Object.keys(coreKeys)]);

const readers: ReadonlyMap<string, readonly Module[]> = new Map(
  [...new Set(modules.flatMap(({ keys }) => Object.keys(keys)))].map((key) => [
    key,
    modules.filter((module) => Object.hasOwn(module.keys, key)),
  ]),
);

/** Whether cloud-init reads a top-level key outside its modules. */
export function isCoreKey(key: string): boolean {
  return core.has(key);
}

/** The modules of any version that read a top-level key. */
export function readersOf(key: string): readonly Module[] {
  return readers.get(key) ?? [];
}

/** Whether any version of cloud-init reads a top-level key. */
export function isKnownKey(key: string): boolean {
  return core.has(key) || readersOf(key).length > 0;
}

/** Who reads a configuration: cloud-init, and the distribution (system_info.distro) that packages it. */
export interface KeyReader extends Program {
  readonly vendor: string | undefined;
}

/** Whether a module reads a top-level key. */
export function readsKey(module: Module, key: string, reader: KeyReader): boolean {
  const { version, vendor } = reader;
  const spec = Object.hasOwn(module.keys, key) ? module.keys[key] : undefined;
  if (spec === undefined || (spec.vendor !== undefined && spec.vendor !== vendor)) return false;
  const { since } = spec;
  return (since === undefined || versionAtLeast(version, since)) && existsIn(module, reader);
}

/**
 * Whether a top-level key can be recommended: a module that runs on the distribution reads it, and none deprecates it.
 */
export function isCurrentKey(key: string, reader: KeyReader): boolean {
  const { version, vendor } = reader;
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const current = readersOf(key).filter(
    (module) => readsKey(module, key, reader) && (vendor === undefined || isForDistro(module, vendor, reader)),
  );
  const isDeprecated = current.some((module) => {
    const { deprecated_version: deprecated } = module.keys[key]!;
    return deprecated !== undefined && since(deprecated);
  });
  return !isDeprecated && (current.length > 0 || isCoreKey(key));
}
