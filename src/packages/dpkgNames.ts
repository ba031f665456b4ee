import { type Image, readText } from "../image/image.ts";

/** A name under which packages may have shipped a file, and which of them: diversions tell some from others. */
export interface ShippedName {
  readonly path: string;
  accept(packageName: string): boolean;
}

/** A diversion (dpkg-divert(1)): what other packages ship as `from` stands at `to`. */
interface Diversion {
  readonly from: string;
  readonly to: string;
  /** The package whose own `from` stays there; ":" for a local diversion. */
  readonly by: string;
}

/**
 * Tells the names under which dpkg may know the file at a path: without the links among its directories, under / as
 * well as under /usr where the two are merged, and what a diversion moved by its former name.
 */
export function dpkgNames(image: Image): (path: string) => ShippedName[] {
  let diversions: Diversion[] | undefined;
  return (path) => {
    diversions ??= readDiversions(image);
    return aliases(image, path).flatMap((alias) => diverted(alias, diversions ?? []));
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

function aliases(image: Image, path: string): string[] {
  const slash = path.lastIndexOf("/");
  const directory = image.realpath(path.slice(0, slash)) ?? "/";
  const real = `${directory === "/" ? "" : directory}${path.slice(slash)}`;
  // Packages older than the merge of / into /usr ship /bin/ls, which now stands at /usr/bin/ls.
  const top = /^\/usr(\/(?:bin|sbin|lib[^/]*))\//.exec(real)?.[1];
  const unmerged = top !== undefined && image.realpath(top) === `/usr${top}` ? [real.slice("/usr".length)] : [];
  return [...new Set([path, real, ...unmerged])];
}

/** The database holds three lines for each: the original name, the name it is diverted to, the package. */
function readDiversions(image: Image): Diversion[] {
  const lines = (readText(image, "/var/lib/dpkg/diversions") ?? "").split("\n");
  const diversions: Diversion[] = [];
  for (let i = 0; i + 2 < lines.length; i += 3) {
    diversions.push({ from: lines[i]!, to: lines[i + 1]!, by: lines[i + 2]! });
  }
  return diversions;
}
