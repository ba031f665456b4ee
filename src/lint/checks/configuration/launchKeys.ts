import type { BootResult } from "../../../boot/boot.ts";
import type { Pair } from "../../../python/tree.ts";

/** The files of user-data and vendor-data of the launch. */
function launchPaths({ cloud: { userData, vendorData, vendorData2 } }: BootResult): readonly string[] {
  return [userData, vendorData, vendorData2].flatMap((file) =>
    file === undefined || file.bytes.length === 0 ? [] : [file.path],
  );
}

/** Whether a path is that of the launch's user-data or vendor-data. */
export function isOfLaunch(booted: BootResult, path: string): boolean {
  return launchPaths(booted).includes(path);
}

/** The top-level keys that user-data and vendor-data of the launch set, once for each key and file. */
export function launchKeys(booted: BootResult): readonly Pair[] {
  const paths = new Set(launchPaths(booted));
  // The configuration of a datasource may hold user-data in a string: its keys are in a file of the image.
  const own = new Set(booted.base.files.flatMap(({ root }) => root.children.map(placeOf)));
  const found = new Map<string, Pair>();
  const visit = (pair: Pair): void => {
    const name = `${String(pair.key.value)}\n${pair.path}`;
    if (paths.has(pair.path) && !own.has(placeOf(pair)) && !found.has(name)) found.set(name, pair);
    pair.shadowed.forEach(visit);
  };
  booted.config.root.children.forEach(visit);
  return [...found.values()];
}

function placeOf({ path, position: { start } }: Pair): string {
  return `${path}:${start.line}:${start.column}`;
}
