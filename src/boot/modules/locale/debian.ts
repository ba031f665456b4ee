import type { Origin } from "../../../image/origin.ts";
import { Raises } from "../../../python/errors.ts";
import { shellVariables } from "../../../python/shlex.ts";
import { strictText } from "../../files/strictText.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { type Availability, compiledLocales } from "./available.ts";
import { enableLocale, localeGen } from "./localeGen.ts";
import { updateLocale } from "./updateLocale.ts";

const DEFAULT_FILE = "/etc/default/locale";

/** The locale of the system, else the default of the distro class (distros/debian.py, 18.5 to 26.2). */
export function debianLocale(boot: ModuleRun): string {
  return systemLocale(boot) ?? (boot.since("23.4") ? "C.UTF-8" : "en_US.UTF-8");
}

function systemLocale(boot: ModuleRun): string | undefined {
  const text = strictText(boot, DEFAULT_FILE);
  return text === undefined ? undefined : shellVariables(text).get("LANG");
}

/** Generates a locale and makes it the system's, unless it is already. */
export function applyDebianLocale(boot: ModuleRun, locale: string, file: string | undefined, because: Origin): void {
  if (locale === "") throw new Raises("the locale is empty", because);
  const path = file === undefined || file === "" ? DEFAULT_FILE : file;
  const agrees = locale.toLowerCase() === debianLocale(boot).toLowerCase() && systemLocale(boot) !== undefined;
  if (agrees && boot.image.stat(path) !== undefined) return;
  const available = generate(boot, locale, because);
  if (available === undefined || !present(boot, "update-locale", because))
    boot.mayChange(path, "cloud-init installs the package locales first", because);
  else updateLocale(boot, path, locale, available, because);
}

/** Undefined if it depends on a package that is installed first. */
function generate(boot: ModuleRun, locale: string, because: Origin): Availability | undefined {
  const builtIn = ["c", "c.utf-8", "posix", ...(boot.since("26.2") ? ["c.utf8"] : [])];
  if (builtIn.includes(locale.toLowerCase())) return compiledLocales(boot);
  if (!present(boot, "locale-gen", because)) return undefined;
  if (boot.since("26.2")) {
    enableLocale(boot, locale, because);
    return localeGen(boot, ["--keep-existing"], because);
  }
  const compiled = localeGen(boot, [locale], because);
  if (boot.distro.id !== "ubuntu") return compiled;
  // Ubuntu's locale-gen accepts names, enables them and compiles them.
  boot.mayChange("/etc/locale.gen", "locale-gen enables the locale in it", because);
  return (name) => (name === locale ? undefined : compiled(name));
}

/** Since 24.4 a missing program is installed; before, the module fails. */
function present(boot: ModuleRun, program: string, because: Origin): boolean {
  if (!boot.lacks(program)) return true;
  if (!boot.since("24.4")) throw new Raises(`${program} is not installed`, because);
  return false;
}
