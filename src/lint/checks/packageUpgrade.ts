import type { BootResult } from "../../boot/boot.ts";
import { isFalse } from "../../config/options.ts";
import { CLOUD_CFG } from "../../config/read.ts";
import { type Image, readText } from "../../image/image.ts";
import { type ConfigNode, originOf, type Pair } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { FileEdit, Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import type { CheckContext } from "./check.ts";
import { about, isOwn } from "./configuration/about.ts";
import { spanOf, withText } from "./configuration/editFile.ts";

const MODULE = "package_update_upgrade_install";

/** Keys that make the module upgrade all packages; repo_upgrade is Amazon's. */
const KEYS = ["package_upgrade", "apt_upgrade", "repo_upgrade"];

/** Files with which yum and dnf pin packages to a version. */
const LOCKS: readonly (readonly [path: string, entry: RegExp])[] = [
  ["/etc/yum/pluginconf.d/versionlock.list", /^[^#\s].*/m],
  ["/etc/dnf/plugins/versionlock.list", /^[^#\s].*/m],
  ["/etc/yum.conf", /^exclude(pkgs)?\s*=\s*\S.*/m],
  ["/etc/dnf/dnf.conf", /^exclude(pkgs)?\s*=\s*\S.*/m],
];

/** Finds that the first boot upgrades the image's packages. */
export function packagesUpgradedAtLaunch(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const command = upgradeCommand(booted);
  const key = KEYS.flatMap((name) => booted.config.pair(name) ?? []).find(({ value }) => !isOff(value));
  if (command === undefined || key === undefined) return [];
  const cause = originOf(key);
  const lock = lockedBy(image);
  // An upgrade that the distribution configures matters only if the image shows that versions matter.
  const isChosen = isOwn(context, cause.path) && !isStock(key, booted);
  const severity = isChosen || lock !== undefined ? rule.severity : "info";
  const locked = lock === undefined ? "" : ` The image pins versions in ${lock}.`;
  const message = `The first boot upgrades the image's packages to the newest versions in the repositories (${command}).${locked}`;
  const holds = (_after: Image, booted: BootResult) => upgradeCommand(booted) === undefined;
  const prove = () => {
    const edited = isOwn(context, key.path) ? withoutOldKey(image, key) : undefined;
    const fix = edited === undefined ? null : context.prove(edited, holds);
    return fix?.safe ? fix : context.fix(rule, cause, {}, holds);
  };
  return [about(rule, context, { message, cause, severity, module: MODULE, prove })];
}

/** Whether it is the line that Amazon Linux 2 ships, in a file whose other lines somebody may have edited. */
function isStock({ key, value, path }: Pair, { config }: BootResult): boolean {
  const isOfAmazon = config.get("system_info", "distro") === "amazon" && path === CLOUD_CFG;
  return isOfAmazon && key.value === "repo_upgrade" && pyStr(value) === "security";
}

/** The file with the current key in place of an older one, which no other file can switch off since 22.2. */
function withoutOldKey(image: Image, pair: Pair): FileEdit | undefined {
  const { start, end } = spanOf(pair);
  const written = (readText(image, pair.path) ?? "").slice(start, end).trimEnd();
  return /^apt_upgrade\s*:\s*\w+$/.test(written)
    ? withText(image, pair.path, start, start + written.length, "package_upgrade: false")
    : undefined;
}

/** The command that upgrades all packages. */
function upgradeCommand({ commands }: BootResult): string | undefined {
  return commands.find(
    ({ module, command }) =>
      module === MODULE &&
      /^\S+ (upgrade\b|dist-upgrade|-Su|--update|update)/.test(command) &&
      !/^(apt-get|apk) update/.test(command),
  )?.command;
}

function isOff(value: ConfigNode): boolean {
  return !truthy(value) || isFalse(value) || pyStr(value) === "none";
}

function lockedBy(image: Image): string | undefined {
  return LOCKS.find(([path, entry]) => entry.test(readText(image, path) ?? ""))?.[0];
}

const DNF_RELEASE = "/etc/dnf/vars/releasever";
const YUM_CONF = "/etc/yum.conf";

/**
 * Finds an Amazon Linux that is not locked to its release, so that a launch installs newer packages than those tested:
 * `releasever=latest` in yum.conf (Amazon Linux 1) without repo_releasever, or "latest" in dnf's variable (2023).
 */
export function packageReleaseNotLocked(rule: Rule, context: CheckContext): Finding[] {
  const { booted, distro, image } = context;
  if (booted.config.get("system_info", "distro") !== "amazon") return [];
  const found = notLocked(image, booted);
  if (found === undefined) return [];
  const { path, line } = found;
  const release = distro.packages.version("system-release")?.replace(/^\d+:|-[^-]*$/g, "") ?? distro.version;
  const severity = isOwn(context, path) || booted.config.has("repo_releasever") ? rule.severity : "info";
  const message = `The image is not locked to a release of Amazon Linux (releasever is "latest" in ${path}): packages that a launch installs or upgrades come from the newest release.`;
  const cause = { path, line, column: 1 };
  const holds = (after: Image, booted: BootResult) => notLocked(after, booted) === undefined;
  const prove = () => {
    if (!/^\d{4}\.\d{1,2}(\.\d+)?$/.test(release)) return null;
    return path === DNF_RELEASE
      ? context.prove({ path, content: `${release}\n` }, holds)
      : context.fix(rule, cause, { release }, holds);
  };
  return [about(rule, context, { message, cause, severity, prove })];
}

function notLocked(image: Image, { config }: BootResult): { path: string; line: number } | undefined {
  if (readText(image, DNF_RELEASE)?.trim() === "latest") return { path: DNF_RELEASE, line: 1 };
  const lines = (readText(image, YUM_CONF) ?? "").split("\n");
  const line = lines.findIndex((text) => /^releasever\s*=\s*latest\s*$/.test(text)) + 1;
  const given = config.get("repo_releasever");
  return line > 0 && (given === undefined || given === null || given === "latest")
    ? { path: YUM_CONF, line }
    : undefined;
}
