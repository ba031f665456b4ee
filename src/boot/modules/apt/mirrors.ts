import { items } from "../../../python/checked.ts";
import { Raises } from "../../../python/errors.ts";
import type { ConfigObject } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import { hostNames } from "../../hostname/hostname.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import type { AptConfig } from "./aptConfig.ts";
import { entryFor, lookUp, one, type Possible } from "./candidates.ts";
import { cloudMirrors } from "./cloudMirrors.ts";

/** PRIMARY, SECURITY and MIRROR, and the other mirrors of system_info.package_mirrors (find_apt_mirror_info). */
export function findMirrors(boot: ModuleRun, apt: AptConfig, architecture: string): ConfigObject {
  const primary = configured(boot, apt, "primary", architecture);
  const security = configured(boot, apt, "security", architecture);
  // Without a configured primary mirror the configured security mirror does not count either.
  const needsCloud = primary.includes(undefined);
  const others: ConfigObject = needsCloud ? cloudOrDefault(boot, architecture) : {};
  const own = primary.filter((value) => value !== undefined);
  const secure = own.length === 0 ? [] : security.flatMap((value) => (value === undefined ? own : [value]));
  const PRIMARY = one([...own, others.PRIMARY]);
  const SECURITY = one([...secure, others.SECURITY]);
  return { ...others, PRIMARY, SECURITY, MIRROR: PRIMARY };
}

/** The mirror in `apt.primary` or `apt.security` for the architecture. */
function configured(boot: ModuleRun, apt: AptConfig, kind: "primary" | "security", architecture: string): Possible {
  const list = apt.values[kind];
  const entry = list === undefined || list === null ? undefined : entryFor(list, architecture, boot.since("21.4"));
  if (entry === undefined) return [undefined];
  if (entry.uri !== undefined && entry.uri !== null) return [entry.uri];
  const search = entry.search ?? null;
  const found = search === null ? [undefined] : lookUp(items(search, `apt.${kind}.search`));
  if (!found.includes(undefined) || !truthy(entry.search_dns ?? null)) return found;
  return [...found, ...byDomain(boot, kind)];
}

/** Names that search_dns tries, each of which a name server may resolve. */
function byDomain(boot: ModuleRun, kind: "primary" | "security"): string[] {
  const { fqdn } = hostNames(boot);
  const domain = fqdn?.slice(`${fqdn}.`.indexOf(".") + 1) ?? "";
  const { name } = boot.facts;
  return [...(domain === "" ? [] : [`.${domain}`]), ".localdomain", ""].map(
    (end) => `http://${name}-${kind === "primary" ? "mirror" : "security-mirror"}${end}/${name}`,
  );
}

function cloudOrDefault(boot: ModuleRun, architecture: string): ConfigObject {
  const mirrors = cloudMirrors(boot, architecture);
  if (Object.keys(mirrors).length === 0) return defaultMirrors(boot, architecture);
  const { primary, security } = mirrors;
  if (primary === undefined || security === undefined)
    throw new Raises(
      "system_info.package_mirrors must name a primary and a security mirror",
      boot.because("system_info", "package_mirrors"),
    );
  return { ...mirrors, PRIMARY: primary, SECURITY: security };
}

/** Ubuntu's mirrors on every distribution. @throws Raises for an unknown architecture */
export function defaultMirrors(boot: ModuleRun, architecture: string): { PRIMARY: string; SECURITY: string } {
  const ports = ["s390x", "arm64", "armhf", "powerpc", "ppc64el", ...(boot.since("21.1") ? ["riscv64"] : [])];
  if (["amd64", "i386"].includes(architecture))
    return { PRIMARY: "http://archive.ubuntu.com/ubuntu/", SECURITY: "http://security.ubuntu.com/ubuntu/" };
  if (!ports.includes(architecture)) throw new Raises(`no default mirror exists for ${architecture}`);
  return { PRIMARY: "http://ports.ubuntu.com/ubuntu-ports", SECURITY: "http://ports.ubuntu.com/ubuntu-ports" };
}
