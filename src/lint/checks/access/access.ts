import { isCalled } from "../../../boot/outcome.ts";
import { type ConfiguredUser, configuredAccounts } from "../../../boot/users/users.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { Raises } from "../../../python/errors.ts";
import { accounts } from "../../../services/accounts.ts";
import { sshd } from "../../../services/sshd.ts";
import type { Finding, Severity } from "../../finding.ts";
import { type Logins, loginsOf } from "../../logins.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { type CheckContext, noFix } from "../check.ts";
import { evidenceOfFile, isOwn } from "../configuration/about.ts";
import { versionOf } from "../configuration/moduleLists.ts";

const read = new WeakMap<CheckContext, Logins | undefined>();

/** Who can log in after the boot; undefined if the image does not show that. */
export function loginsAfter(context: CheckContext): Logins | undefined {
  if (!read.has(context)) {
    const readable = [sshd, accounts].every((service) => context.settings(service).readable);
    const logins = readable ? loginsOf(context.booted.after, context.distro) : undefined;
    read.set(context, logins?.sshd.isKnown ? logins : undefined);
  }
  return read.get(context);
}

/** The users that the configuration requests; [] if cloud-init fails on them or does not create any. */
export function requestedUsers(context: CheckContext): readonly ConfiguredUser[] {
  const { config, modules } = context.booted;
  const version = versionOf(context);
  const runs = modules.some((module) => module.name === "users_groups" && isCalled(module));
  if (version === undefined || !runs) return [];
  try {
    return configuredAccounts({ config, since: (wanted) => versionAtLeast(version, wanted) }).users;
  } catch (error) {
    if (error instanceof Raises) return [];
    throw error;
  }
}

/** Whether a path is that of data of the launch, which may be a file of this machine. */
export function isOfLaunch({ booted: { cloud } }: CheckContext, path: string): boolean {
  return [cloud.userData, cloud.vendorData, cloud.vendorData2, cloud.metaData].some((file) => file?.path === path);
}

/** Whether a line is somebody's own: of a file of the image that somebody changed, or of the data of the launch. */
export function isSomebodys(context: CheckContext, path: string): boolean {
  return isOfLaunch(context, path) || isOwn(context, path);
}

/** Whether the accounts after the boot are not known: a module fails or is not simulated, or the cloud decides. */
export function accountsAreUnknown({ booted }: CheckContext): boolean {
  const { modules, notes, changes, commands } = booted;
  const isUnclear = ({ status, why }: (typeof modules)[number]) =>
    status === "failed" || status === "not simulated" || why?.code === "stage-stopped";
  return (
    modules.some((module) => ACCOUNT_MODULES.has(module.name) && isUnclear(module)) ||
    notes.some(
      ({ code }) => code === "keys-of-unknown-user" || code === "imported-keys-unknown" || code === "public-keys-fail",
    ) ||
    commands.some(({ module }) => module === "ssh_import_id") ||
    changes.some(({ path, certainty }) => certainty === "possible" && ACCESS_FILES.test(path))
  );
}

const ACCOUNT_MODULES = new Set(["ssh", "users_groups", "set_passwords", "ssh_import_id", "write_files"]);

const ACCESS_FILES =
  /^\/etc\/(passwd|shadow|group|sudoers|sudoers\.d\/.*|doas\.conf|ssh\/sshd_config|ssh\/sshd_config\.d\/.*)$|\/authorized_keys2?$/;

/**
 * The line of the image to blame for what is at a path after the boot, or the line that made the boot write it;
 * undefined if it is not somebody's own. `line` is undefined for a directory.
 */
export function writerOf(context: CheckContext, path: string, line: number | undefined): Origin | undefined {
  const { image, booted } = context;
  const textAt = (of: Image) => (line === undefined ? "" : readText(of, path)?.split("\n")[line - 1]);
  const isOfImage = image.stat(path) !== undefined && textAt(image) === textAt(booted.after);
  if (isOfImage) {
    const own = image.stat(path)?.kind === "directory" || isOwn(context, path);
    return own ? { path, line: line ?? 1, column: 1 } : undefined;
  }
  const cause = booted.changes.find((change) => change.path === path)?.blames.at(-1)?.cause;
  return cause !== undefined && isSomebodys(context, cause.path) ? cause : undefined;
}

/** Whether it is certain that no account can log in, as far as the boot is known. */
export function isLockedOut(context: CheckContext): boolean {
  const logins = loginsAfter(context);
  return logins !== undefined && logins.admitted.length === 0 && !logins.mayBeMore && !accountsAreUnknown(context);
}

/** What is lost with a login: that anybody can log in, or become root; undefined if neither is, or nobody knows. */
export function lossOf(context: CheckContext, logins: Logins): string | undefined {
  if (logins.mayBeMore || accountsAreUnknown(context) || somebodyBecomesRoot(logins)) return undefined;
  const names = namesOf(logins.admitted.map(({ name }) => name));
  return names === "" ? "nobody else can log in" : `nobody can become root (${names} can log in without that right)`;
}

/** Whether an account that can log in becomes root. */
export function somebodyBecomesRoot({ admitted, becomesRoot }: Logins): boolean {
  const some = admitted.slice(0, MOST_ASKED);
  return some.length < admitted.length || some.some(becomesRoot);
}

/** The number of accounts that are asked whether they become root, since each is compared with all rules of sudo. */
const MOST_ASKED = 100;

/** What runs at boot besides cloud-init's own steps and may open a login; undefined if nothing does. */
export function scriptsOf({ booted }: CheckContext): "unrelated" | "about access" | undefined {
  const { config, cloud, modules } = booted;
  const isScript = ({ name, status }: (typeof modules)[number]) =>
    name === "user_data" && (status === "ran" || status === "not simulated");
  const keys = RUNNERS.filter((key) => config.has(key));
  if (keys.length === 0 && !modules.some(isScript)) return undefined;
  const texts = [cloud.userData, cloud.vendorData, cloud.vendorData2].map((file) =>
    file === undefined ? "" : file.bytes.subarray(0, MOST_TEXT).toString("utf8"),
  );
  const plain = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
  const commands = keys.map((key) => JSON.stringify(config.get(key) ?? null, plain).slice(0, MOST_TEXT));
  return [...texts, ...commands].some((text) => ABOUT_ACCESS.test(text)) ? "about access" : "unrelated";
}

const RUNNERS = ["runcmd", "bootcmd", "ansible", "chef", "puppet", "salt_minion", "mcollective", "snap", "packages"];
const MOST_TEXT = 64 * 1024;
const ABOUT_ACCESS =
  /authorized_keys|\b(passwd|chpasswd|useradd|adduser|usermod|sudoers|visudo|ssh-import-id|tailscale|teleport|sssd|realm join|sshd?_config)\b/;

/** What a finding about the access to all instances says. */
interface AccessRemark {
  readonly cause: Origin;
  readonly message: string;
  readonly module: string;
  readonly scripts: ReturnType<typeof scriptsOf>;
  /** The rule's own unless given. */
  readonly severity?: Severity;
}

/** Whether all data of the launch are known, so that nothing else can give an account a key or a password. */
export function launchIsKnown({ booted: { cloud } }: CheckContext): boolean {
  return cloud.userData !== undefined && cloud.vendorData !== undefined && cloud.metaData !== undefined;
}

/** A finding that scripts of the boot make doubtful, and data of the cloud that are not known less certain. */
export function accessFinding(rule: Rule, context: CheckContext, remark: AccessRemark): Finding {
  const confidence = remark.scripts !== undefined ? "possible" : launchIsKnown(context) ? "certain" : "likely";
  const { severity = rule.severity } = remark;
  return {
    rule: rule.id,
    severity: confidence === "possible" && severity === "error" ? "warning" : severity,
    confidence,
    message: remark.message,
    service: accounts.name,
    module: remark.module,
    losses: [],
    cause: remark.cause,
    evidence: evidenceOfFile(context, remark.cause.path),
    proveFix: noFix,
  };
}

/** Whether the image is one of Photon's, which requests root alone and keeps it from logging in by SSH. */
export function isForRootAlone(context: CheckContext): boolean {
  return context.distro.id === "photon" && requestedUsers(context).every(({ name }) => name === "root");
}

/** The names of accounts for a sentence, at most three. */
export function namesOf(names: readonly string[]): string {
  return shortList(names.map((name) => (hasUnknown(name) ? "the default user" : name)));
}
