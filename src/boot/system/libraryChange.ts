import { type Image, readText } from "../../image/image.ts";
import type { Since } from "../frequency.ts";
import type { ModuleRun } from "../moduleRun.ts";

/**
 * A change to cloud-init that upstream made in one version, and that distributions carry into older ones, take back in
 * later ones, or make on their own.
 */
export interface LibraryChange {
  /** The file of the package that it is in. */
  readonly file: string;
  /** Upstream's first version with it; undefined if upstream has none. */
  readonly since: string | undefined;
  /** Code that only a file with the change contains. */
  readonly made: RegExp;
  /** Code beside it that the file contains in any case: if that is missing too, the file cannot be judged. */
  readonly beside: RegExp;
}

/** Whether the image's cloud-init has a change. */
export type Has = (change: LibraryChange) => boolean;

/** As upstream's version has it. */
export function upstreamHas(since: Since): Has {
  return (change) => change.since !== undefined && since(change.since);
}

/** As the image's own library has it, otherwise as upstream's version. A change is looked up once. */
export function libraryHas(boot: ModuleRun): Has {
  const upstream = upstreamHas((version) => boot.since(version));
  const known = new Map<LibraryChange, boolean>();
  const lookUp: Has = (change) => {
    const code = libraryCode(boot, change.file);
    if (change.made.test(code)) return true;
    return change.beside.test(code) ? false : upstream(change);
  };
  return (change) => {
    const found = known.get(change) ?? lookUp(change);
    known.set(change, found);
    return found;
  };
}

/**
 * The default of an option that code reads with `get(option, default)`, as the image's own library has it, otherwise as
 * upstream's.
 */
export function libraryDefault(
  boot: ModuleRun,
  { file, option }: { readonly file: string; readonly option: string },
  upstream: boolean,
): boolean {
  const values = [...libraryCode(boot, file).matchAll(new RegExp(`["']${option}["'],\\s*(True|False)\\s*\\)`, "g"))];
  const found = new Set(values.map(([, value]) => value === "True"));
  return found.size === 1 ? found.has(true) : upstream;
}

/** A longer file is not cloud-init's. */
const MAX_LENGTH = 1_000_000;

/** The code of a file of the image's own cloud-init without lines of comments; empty if there is none. */
export function libraryCode(
  { image, distro }: Pick<ModuleRun, "distro"> & { readonly image: Image },
  file: string,
): string {
  const { library } = distro.cloudInit;
  const source = library === undefined ? "" : (readText(image, `${library}/${file}`) ?? "");
  return source.length > MAX_LENGTH ? "" : source.replace(/^[ \t]*#.*$/gm, "");
}
