import { expandGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";

/** The path and format of an rpm database. */
export interface RpmLocation {
  readonly path: string;
  readonly form: "sqlite" | "ndb" | "berkeley";
}

/** Where distributions keep it: the traditional path, Fedora and SUSE since 2020, ostree images. */
const DIRECTORIES = ["/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm"];

/** What is read outside /etc. */
export const RPM_NEEDS: readonly string[] = [
  ...DIRECTORIES.map((path) => path.slice(1)),
  "usr/lib/rpm/macros",
  "usr/lib/rpm/macros.d",
];

/** Formats by file name; the newest first, since a conversion may leave an old database behind. */
const FORMS = { "rpmdb.sqlite": "sqlite", "Packages.db": "ndb", Packages: "berkeley" } as const;

/** The database of an image; undefined if it has none. */
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

/** The path from the macro %_dbpath (files in the order of rpm's macro path; the last definition wins). */
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

/** Macros that the path may contain. */
const MACROS: Readonly<Record<string, string>> = {
  _var: "/var",
  _localstatedir: "/var",
  _usr: "/usr",
  _prefix: "/usr",
  _datadir: "/usr/share",
  _sharedstatedir: "/var/lib",
};
