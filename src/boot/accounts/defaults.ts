import { versionAtLeast } from "../../distro/version.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** Whether the image's shadow-utils (useradd, passwd ...) are of this version or a later one; assumed where unknown. */
export function shadowSince(boot: ModuleRun, version: string): boolean {
  return versionAtLeast(shadowVersion(boot) ?? "", version);
}

/** Whether shadow-utils is known to be of this version or a later one, for what it refuses since then. */
export function isKnownShadowSince(boot: ModuleRun, version: string): boolean {
  const installed = shadowVersion(boot);
  return installed !== undefined && versionAtLeast(installed, version);
}

function shadowVersion({ distro: { packages } }: ModuleRun): string | undefined {
  const names = packages.kind === "dpkg" ? ["passwd"] : ["shadow-utils", "shadow"];
  return names.map((name) => packages.version(name)).find((found) => found !== undefined);
}

/** The settings of /etc/login.defs; the last occurrence wins. */
export class LoginDefs {
  readonly #settings: ReadonlyMap<string, string>;

  constructor(boot: ModuleRun) {
    const bytes = boot.image.read("/etc/login.defs") ?? boot.image.read("/usr/etc/login.defs");
    this.#settings = bytes === undefined ? new Map() : readOnce(bytes, loginDefs, readLoginDefs);
  }

  text(name: string): string | undefined {
    return this.#settings.get(name);
  }

  flag(name: string): boolean {
    return this.#settings.get(name)?.toLowerCase() === "yes";
  }

  /** Octal if it begins with 0, hexadecimal if with 0x, as strtol() reads it. */
  number(name: string, absent: number): number {
    const text = this.#settings.get(name) ?? "";
    if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
    return /^(-?\d{1,15}|0[xX][0-9a-fA-F]{1,12})$/.test(text) ? Number(text) : absent;
  }
}

function readLoginDefs(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^\s*([^\s#]\S*)[\s"]+([^"]*)/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings.set(name, value.trimEnd());
  }
  return settings;
}

function readUseradd(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) settings.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return settings;
}

type Cache = WeakMap<Buffer, ReadonlyMap<string, string>>;

const loginDefs: Cache = new WeakMap();
const useradds: Cache = new WeakMap();

/** The parsed content of a file, cached because every account needs it and it rarely changes in between. */
function readOnce(
  bytes: Buffer,
  cache: Cache,
  read: (text: string) => ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  let known = cache.get(bytes);
  if (known === undefined) {
    known = read(bytes.toString("utf8"));
    cache.set(bytes, known);
  }
  return known;
}

/** Minimum age, maximum age and days of warning of a new password, as fields of /etc/shadow. */
export function passwordAging(boot: ModuleRun): [min: string, max: string, warn: string] {
  const defs = new LoginDefs(boot);
  const days = (name: string) => String(defs.number(name, -1)).replace("-1", "");
  // 4.20 dropped the minimum age.
  return [shadowSince(boot, "4.20") ? "" : days("PASS_MIN_DAYS"), days("PASS_MAX_DAYS"), days("PASS_WARN_AGE")];
}

/** The defaults of useradd: /etc/default/useradd. */
export interface UseraddDefaults {
  /** GROUP: a name or a number. */
  readonly group: string;
  readonly home: string;
  readonly inactive: string;
  readonly expire: string;
  readonly shell: string;
  readonly skeleton: string;
  readonly mailSpool: boolean;
}

export function useraddDefaults(boot: ModuleRun): UseraddDefaults {
  const bytes = boot.image.read("/etc/default/useradd");
  const settings = bytes === undefined ? new Map<string, string>() : readOnce(bytes, useradds, readUseradd);
  // Debian builds useradd with group 100, and without a mail spool; bullseye's has no default shell.
  const debian = boot.distro.packages.kind === "dpkg";
  return {
    group: settings.get("GROUP") ?? (debian ? "100" : "1000"),
    home: settings.get("HOME") ?? "/home",
    inactive: settings.get("INACTIVE") ?? "-1",
    expire: settings.get("EXPIRE") ?? "",
    shell: settings.get("SHELL") ?? (shadowSince(boot, "4.9") ? "/bin/bash" : ""),
    skeleton: settings.get("SKEL") || "/etc/skel",
    mailSpool: (settings.get("CREATE_MAIL_SPOOL") ?? (debian ? "no" : "yes")).toLowerCase() === "yes",
  };
}
