import { type Image, readText } from "../image/image.ts";
import type { Packages } from "../packages/packages.ts";
import { disabledReason } from "./disabled.ts";
import type { CloudInit } from "./distro.ts";
import { upstreamVersion } from "./version.ts";

/** The cloud-init in an image, found by its package, its Python library or its program. */
export function detectCloudInit(image: Image, packages: Packages): CloudInit {
  const packaged = packages.version("cloud-init");
  const release = packaged === undefined ? undefined : upstreamVersion(packaged);
  const library = findLibrary(image, release);
  if (packaged === undefined && library === undefined && image.stat("/usr/bin/cloud-init") === undefined) {
    // If only its configuration is available, that determines whether cloud-init runs.
    return { version: undefined, disabled: disabledReason(image, ""), library: undefined };
  }
  const own = library && libraryVersion(image, library);
  // Python prefers a manual installation under /usr/local to the package.
  const byHand = library?.startsWith("/usr/local/") ? own : undefined;
  const version = byHand ?? release ?? own ?? "";
  return { version, disabled: disabledReason(image, version), library };
}

/** Directories that contain Python's libraries, each in a directory such as python3.11; manual installations first, as in Python. */
export const LIBRARY_ROOTS = ["/usr/local/lib", "/usr/local/lib64", "/usr/lib", "/usr/lib64"];

/**
 * The package's directory, in Python's search order. Python 2 runs it on Amazon Linux 2, CentOS 7 and older; only SLES 11
 * has it in the 64-bit directory, since it contains no compiled code. Of several for different Pythons, of which an
 * upgrade may have left one, it is that of the package's release.
 */
function findLibrary(image: Image, release: string | undefined): string | undefined {
  const found = seenByPython(image, librariesIn(image));
  const [first] = found;
  if (found.length < 2 || first?.startsWith("/usr/local/")) return first;
  return found.find((library) => release !== undefined && libraryVersion(image, library) === release) ?? first;
}

/**
 * The libraries that the Python of /usr/bin/cloud-init sees; all of them if it sees none or is not known. Debian's Python
 * looks for packages in dist-packages only. A directory without __init__.py, as a removed package leaves it, comes after
 * all that have one.
 */
function seenByPython(image: Image, found: readonly string[]): readonly string[] {
  if (found.length < 2) return found;
  const python = pythonOf(image);
  const isOf = (library: string) => {
    const [, directory = ""] = /\/(python[^/]*)\/[^/]*\/cloudinit$/.exec(library) ?? [];
    return python === undefined || directory === python || /^python\d$/.test(directory);
  };
  const rules: ((library: string) => boolean)[] = [
    isOf,
    (library) => library.endsWith("/dist-packages/cloudinit"),
    (library) => ["py", "pyc"].some((ending) => image.stat(`${library}/__init__.${ending}`)?.kind === "file"),
  ];
  return rules.reduce<readonly string[]>((left, rule) => {
    const matching = left.filter(rule);
    return matching.length > 0 ? matching : left;
  }, found);
}

/** The Python that the first line of cloud-init names: "python3.11". */
function pythonOf(image: Image): string | undefined {
  const [, interpreter, argument = ""] =
    /^#![ \t]*(\/\S+)(?:[ \t]+(\S+))?/.exec(readText(image, "/usr/bin/cloud-init") ?? "") ?? [];
  if (interpreter === undefined) return undefined;
  const path = image.realpath(interpreter.endsWith("/env") ? `/usr/bin/${argument}` : interpreter);
  return /(python3\.\d+|python2\.\d+)$/.exec(path ?? "")?.[1];
}

function librariesIn(image: Image): string[] {
  const found: string[] = [];
  for (const version of ["python3", "python2"])
    for (const lib of LIBRARY_ROOTS)
      for (const python of image.list(lib).filter((name) => name.startsWith(version)))
        for (const packages of ["dist-packages", "site-packages"]) {
          const library = `${lib}/${python}/${packages}/cloudinit`;
          if (image.stat(library)?.kind === "directory") found.push(library);
        }
  return found;
}

/**
 * Files and names with the library's version, the distributor's before upstream's: version.py, and since 26.1 meson_versions.py;
 * Ubuntu builds 26.1 for 22.04 and 24.04 without meson and puts its version into version.py under the new name.
 */
const STATEMENTS = [
  ["meson_versions.py", "DOWNSTREAM_VERSION"],
  ["meson_versions.py", "UPSTREAM_VERSION"],
  ["version.py", "_DOWNSTREAM_VERSION"],
  ["version.py", "_PACKAGED_VERSION"],
  ["version.py", "__VERSION__"],
] as const;

/** The first version in the library's source, which is never run. Placeholders such as @@PACKAGED_VERSION@@ are ignored. */
function statedVersions(image: Image, library: string): string[] {
  return STATEMENTS.flatMap(([file, name]) => {
    const text = readText(image, `${library}/${file}`) ?? "";
    const value = new RegExp(`^[ \\t]*${name} *= *["']([^"'\\n]*)["']`, "m").exec(text)?.[1];
    return value === undefined || value.startsWith("@") ? [] : [value];
  });
}

/** The version that cloud-init reports (version.version_string, 18.5 to 26.2); undefined if its library does not contain it. */
export function versionString(image: Image, { library }: CloudInit): string | undefined {
  return library === undefined ? undefined : statedVersions(image, library)[0];
}

/** Names of the package with the library; Ubuntu split it in 25.10. */
const PACKAGES = ["cloud-init", "cloud-init-base"];

/**
 * The version of the distribution's package that provides cloud-init, such as "25.1.4-0ubuntu0~24.04.1". Undefined if it
 * is not known, or if Python finds a manual installation first.
 */
export function packageVersion(
  image: Image,
  { packages, cloudInit }: { readonly packages: Packages; readonly cloudInit: CloudInit },
): string | undefined {
  if (cloudInit.library?.startsWith("/usr/local/")) return undefined;
  const packaged = PACKAGES.map((name) => packages.version(name)).find((version) => version);
  if (packaged !== undefined) return packaged;
  const stated = versionString(image, cloudInit);
  return stated === undefined || stated === upstreamVersion(stated) ? undefined : stated;
}

function libraryVersion(image: Image, library: string): string | undefined {
  return statedVersions(image, library)
    .map(upstreamVersion)
    .find((version) => version !== undefined);
}
