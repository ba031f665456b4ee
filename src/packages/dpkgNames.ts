import { type Image, readText } from "../image/image.ts";
import { namesOf } from "./names.ts";

/** A name under which packages may have shipped a file, and which packages, since diversions distinguish them. */
export interface ShippedName {
  readonly path: string;
  accept(packageName: string): boolean;
}

/** A diversion (dpkg-divert(1)): files that other packages ship as `from` are installed as `to`. */
interface Diversion {
  readonly from: string;
  readonly to: string;
  /** The package whose own `from` stays in place; ":" for a local diversion. */
  readonly by: string;
}

/**
 * Returns the names under which dpkg may know the file at a path: with links among its directories resolved, under / as
 * well as under /usr if the two are merged, and a diverted file under its original name.
 * @param problem receives problems of the table of diversions
 */
export function dpkgNames(
  image: Image,
  problem: (path: string, reason: string) => void,
): (path: string) => ShippedName[] {
  let diversions: Diversion[] | undefined;
  return (path) => {
    diversions ??= readDiversions(image, problem);
    return namesOf(image, path).flatMap((alias) => diverted(alias, diversions ?? []));
  };
}

function diverted(path: string, diversions: readonly Diversion[]): ShippedName[] {
  const away = diversions.find(({ from }) => from === path);
  const here = diversions.filter(({ to }) => to === path);
  return [
    { path, accept: (name) => away === undefined || name === away.by },
    ...here.map(({ from, by }) => ({ path: from, accept: (name: string) => name !== by })),
  ];
}

/** Reads the diversions. Each takes three lines: the original name, the new name, the package. */
function readDiversions(image: Image, problem: (path: string, reason: string) => void): Diversion[] {
  const path = "/var/lib/dpkg/diversions";
  const lines = (readText(image, path) ?? "").split("\n");
  if (lines.length % 3 !== 1 || lines.at(-1) !== "") problem(path, "it ends in the middle of an entry");
  const diversions: Diversion[] = [];
  for (let i = 0; i + 2 < lines.length; i += 3) {
    diversions.push({ from: lines[i]!, to: lines[i + 1]!, by: lines[i + 2]! });
  }
  return diversions;
}
