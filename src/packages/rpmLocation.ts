import { expandGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";

/** Where a database of rpm is and of which form it is. */
export interface RpmLocation {
  readonly path: string;
  readonly form: "sqlite" | "ndb" | "berkeley";
}

/** Where distributions keep it: all for long, Fedora and SUSE since 2020, images of ostree. */
const DIRECTORIES = ["/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm"];

/** What is read outside /etc. */
export const RPM_NEEDS: readonly string[] = [
  ...DIRECTORIES.map((path) => path.slice(1)),
  "usr/lib/rpm/macros",
  "usr/lib/rpm/macros.d",
];

/** By the file's name; the newest first, since a conversion may leave an old one behind. */
const FORMS = { "rpmdb.sqlite": "sqlite", "Packages.db": "ndb", Packages: "berkeley" } as const;

/** The database of an image; undefined when it has none. */
export function findRpmDatabase(image: Image): RpmLocation | undefined {
  return findIn(image, DIRECTORIES) ?? findIn(image, configuredDirectories(image));
}

function findIn(image: Image, directories: readonly string[]): RpmLocation | undefined {
  const found: (RpmLocation & { readonly empty: boolean })[] = [];
  for (const directory of directories) {
    for (const [name, form] of Object.entries(FORMS)) {
      const path = `${directory}/${name}`;
      const stat = image.stat(path);
      if (stat?.kind === "file") found.push({ path, form, empty: stat.size === 0 });
    }
  }
  return found.find(({ empty }) => !empty) ?? found[0];
}

/** Where the macro %_dbpath puts it (the files in the order of rpm's macro path, the last definition wins). */
function configuredDirectories(image: Image): string[] {
  const patterns = [
    "/usr/lib/rpm/macros",
    "/usr/lib/rpm/macros.d/macros.*",
    "/usr/lib/rpm/*/macros",
    "/etc/rpm/macros.*",
    "/etc/rpm/macros",
  ];
  const texts = patterns.flatMap((pattern) => expandGlob(image, pattern)).map((path) => readText(image, path) ?? "");
  const values = texts.flatMap((text) =>
    [...text.matchAll(/^%_dbpath[ \t]+(\S.*)$/gm)].map(([, value]) => value!.trimEnd()),
  );
  const path = (values.at(-1) ?? "").replace(/%\{?(_\w+)\}?/g, (macro, name: string) => MACROS[name] ?? macro);
  return path.startsWith("/") && !path.includes("%") ? [path] : [];
}

/** What may stand in the path. */
const MACROS: Readonly<Record<string, string>> = {
  _var: "/var",
  _localstatedir: "/var",
  _usr: "/usr",
  _prefix: "/usr",
  _datadir: "/usr/share",
  _sharedstatedir: "/var/lib",
};
