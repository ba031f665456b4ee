import { findUser } from "../../../boot/accounts/lookup.ts";
import type { ModuleOutcome } from "../../../boot/boot.ts";
import { type ConfiguredUser, configuredAccounts } from "../../../boot/users/users.ts";
import { findPair } from "../../../config/merge.ts";
import { isTrue } from "../../../config/options.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import type { Origin } from "../../../image/origin.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { Raises } from "../../../python/errors.ts";
import { type ConfigNode, type Mapping, originOf } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { hostname } from "../../../services/hostname.ts";
import { locale } from "../../../services/locale.ts";
import { timezone } from "../../../services/timezone.ts";
import type { Loss, Severity } from "../../finding.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";

/** What is lost because a module fails. */
export interface Lost {
  readonly severity: Severity;
  /** Sentences without their full stops. */
  readonly sentences: readonly string[];
  /** The accounts, users and their groups, that do not exist because of it. */
  readonly accounts: readonly string[];
}

type FailedOutcome = Extract<ModuleOutcome, { status: "failed" }>;

/** What a module that fails was asked for and does not do, from the request and the image after the boot. */
export function lostBy(outcome: FailedOutcome, context: CheckContext): Lost {
  const of = LOST[outcome.name];
  if (of === undefined) return plain("warning", []);
  return typeof of === "function" ? of(outcome.why.origin, context, outcome) : plain(...of);
}

interface Removed {
  /** Whether somebody wrote or changed one of the files. */
  readonly isCustomised: boolean;
  readonly losses: readonly Loss[];
  /** Without their full stops. */
  readonly sentences: readonly string[];
}

/** Files of the image that a module removes or renames before it fails. */
export function removedBy(module: string, { booted, image, evidence }: CheckContext): Removed {
  const gone = booted.changes.filter(
    ({ op, path, blames }) =>
      op === "deleted" && blames.some((blame) => blame.module === module) && image.lstat(path)?.kind === "file",
  );
  // Host keys have rules of their own.
  const told = gone.filter(({ path }) => !path.startsWith("/etc/ssh/ssh_host_"));
  const renamed = new Map(
    booted.changes.flatMap(({ op, path }) =>
      op === "created" && path.endsWith(".dist") ? [[path.slice(0, -5), path]] : [],
    ),
  );
  const strengths = told.map(({ path }) => evidence.ofFile(path)?.strength ?? "weak");
  return {
    isCustomised: strengths.some((strength) => strength !== "weak"),
    losses: told.map(({ path }) => ({ path, line: null, setting: path, before: "configured", after: null })),
    sentences: told.slice(0, 3).map(({ path }) => {
      const to = renamed.get(path);
      return `By then ${module} has ${to === undefined ? `deleted ${path}` : `renamed ${path} to ${to}`}, which nothing replaces`;
    }),
  };
}

function plain(severity: Severity, sentences: readonly string[]): Lost {
  return { severity, sentences, accounts: [] };
}

type Losing = (origin: Origin | null, context: CheckContext, outcome: FailedOutcome) => Lost;

/**
 * What each module loses if it fails. An error: access, users, files, data, the network, trust, packages or commands
 * that were requested. A warning: settings that the system also works without. Other modules are warnings.
 */
const LOST: Readonly<Record<string, Losing | readonly [Severity, readonly string[]]>> = {
  ansible: ["warning", ["No playbook runs"]],
  apk_configure: ["error", ["No repository is written"]],
  apt_configure: aptLost,
  bootcmd: ["error", ["None of the commands of bootcmd run"]],
  ca_certs: ["error", ["The certificates of ca_certs are not trusted"]],
  chef: ["warning", ["Chef is not configured"]],
  disk_setup: ["error", ["Disks are not partitioned and have no file systems"]],
  growpart: ["warning", ["The partitions keep the size that they have in the image"]],
  keyboard: ["warning", ["The keyboard layout is not set"]],
  locale: (_origin, context) => plain("warning", [stays("The locale", context, "LANG")]),
  lxd: ["warning", ["LXD is not configured"]],
  mounts: mountsLost,
  network: ["error", ["The network is not configured, and without it no service of the cloud can be reached"]],
  ntp: ["warning", ["The requested time servers are not used"]],
  package_update_upgrade_install: ["error", ["The requested packages are not installed"]],
  puppet: ["warning", ["Puppet is not configured"]],
  resolv_conf: ["error", ["The name servers of resolv_conf are not set"]],
  rsyslog: ["warning", ["The requested logging is not configured"]],
  runcmd: ["error", ["None of the commands of runcmd run"]],
  scripts_vendor: ["error", ["The scripts of the vendor-data do not run"]],
  set_hostname: hostnameLost,
  set_passwords: passwordsLost,
  snap: ["error", ["The requested snaps are not installed"]],
  ssh: ["error", ["The SSH keys of the launch are not installed, so nobody can log in with them"]],
  ssh_import_id: ["error", ["The keys of ssh_import_id are not imported"]],
  timezone: (_origin, context) => plain("warning", [stays("The time zone", context, "timezone")]),
  update_hostname: hostnameLost,
  users_groups: usersLost,
  wireguard: ["error", ["The interfaces of wireguard are not configured"]],
  write_files: (origin, context) => filesLost(origin, context, false),
  write_files_deferred: (origin, context) => filesLost(origin, context, true),
  yum_add_repo: (_origin, context) => repositoriesLost(context),
  zypper_add_repo: ["error", ["Repositories of zypper.repos are missing"]],
};

function stays(what: string, context: CheckContext, key: "LANG" | "timezone" | "hostname"): string {
  const service = { LANG: locale, timezone, hostname }[key];
  const value = context.settings(service).after.find((setting) => setting.key === key)?.value;
  return value === undefined || value === "" || hasUnknown(value) ? `${what} is not set` : `${what} stays ${value}`;
}

function hostnameLost(_origin: Origin | null, context: CheckContext): Lost {
  return plain("warning", [stays("The host name", context, "hostname")]);
}

/** Whether a node begins at a place, or something in it does. Aliases may repeat a node any number of times. */
function holds(node: ConfigNode, origin: Origin, seen = new Set<ConfigNode>()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  if (isAt(node, origin)) return true;
  if (node.type === "scalar") return false;
  if (node.type === "sequence") return node.children.some((child) => holds(child, origin, seen));
  return node.children.some((pair) => isAt(pair, origin) || holds(pair.value, origin, seen));
}

function isAt(node: Parameters<typeof originOf>[0], { path, line, column }: Origin): boolean {
  return node.path === path && node.position.start.line === line && node.position.start.column === column;
}

/** The items of a list from the one that holds a place on; all of them if none does. */
function fromPlace(items: readonly ConfigNode[], origin: Origin | null): readonly ConfigNode[] {
  const at = origin === null ? 0 : items.findIndex((item) => holds(item, origin));
  return items.slice(Math.max(at, 0));
}

function filesLost(origin: Origin | null, { booted }: CheckContext, deferred: boolean): Lost {
  const list = booted.config.node("write_files");
  const own = (list?.type === "sequence" ? list.children : []).filter((entry) => isDeferred(entry) === deferred);
  const [failing, ...later] = fromPlace(own, origin);
  const path = pathOf(failing);
  const exists = path !== undefined && booted.after.stat(path) !== undefined;
  const isWritten =
    exists &&
    booted.changes.some(
      (change) => change.path === path && change.blames.some(({ module }) => /^write_files/.test(module)),
    );
  const missing = [
    ...(path === undefined || isWritten ? [] : [path]),
    ...later.flatMap((entry) => pathOf(entry) ?? []),
  ];
  const sentences = [
    ...(isWritten ? [`${path} is written, but belongs to root`] : []),
    ...(missing.length === 0 ? [] : [`${shortList(missing)} ${missing.length === 1 ? "is" : "are"} not written`]),
  ];
  return plain("error", sentences);
}

function isDeferred(entry: ConfigNode): boolean {
  const value = entry.type === "mapping" ? findPair(entry, "defer")?.value : undefined;
  return value !== undefined && truthy(value) && isTrue(value);
}

function pathOf(entry: ConfigNode | undefined): string | undefined {
  const path = entry?.type === "mapping" ? findPair(entry, "path")?.value : undefined;
  return path?.type === "scalar" && path.kind === "str" ? String(path.value) : undefined;
}

function mountsLost(_origin: Origin | null, { booted }: CheckContext): Lost {
  const list = booted.config.node("mounts");
  const points = (list?.type === "sequence" ? list.children : []).flatMap((entry) =>
    entry.type === "sequence" && entry.children[1] !== undefined ? [pyStr(entry.children[1])] : [],
  );
  const fstab =
    points.length === 0
      ? `No line of ${booted.config.has("swap") ? "the swap file" : "mounts"} is added to /etc/fstab`
      : `${shortList(points)} ${points.length === 1 ? "is" : "are"} not added to /etc/fstab, so nothing is mounted there`;
  return plain("error", [fstab]);
}

function aptLost(origin: Origin | null, { booted }: CheckContext): Lost {
  const sources = booted.config.node("apt", "sources");
  const pairs = sources?.type === "mapping" ? sources.children : [];
  const at = origin === null ? 0 : pairs.findIndex((pair) => isAt(pair, origin) || holds(pair.value, origin));
  const lost = pairs.slice(Math.max(at, 0)).map(({ key }) => pyStr(key));
  return lost.length === 0
    ? plain("warning", ["Not all of the configuration of apt is applied"])
    : plain("error", [
        `The package ${lost.length === 1 ? "source" : "sources"} ${shortList(lost)} ${lost.length === 1 ? "is" : "are"} not added`,
      ]);
}

function repositoriesLost({ booted }: CheckContext): Lost {
  const node = booted.config.node("yum_repos");
  const written = new Set(
    booted.changes.flatMap(({ blames }) =>
      blames.filter(({ module }) => module === "yum_add_repo").map(({ cause }) => placeOf(cause)),
    ),
  );
  const pairs = (node?.type === "mapping" ? node.children : []).filter((pair) => !written.has(placeOf(originOf(pair))));
  const names = pairs.map((pair) => pyStr(pair.key));
  if (names.length === 0) return plain("error", ["No repository of yum_repos is added"]);
  return plain("error", [
    `The ${names.length === 1 ? "repository" : "repositories"} ${shortList(names)} ${names.length === 1 ? "is" : "are"} not added`,
  ]);
}

function placeOf({ path, line, column }: Origin): string {
  return `${path}:${line}:${column}`;
}

function passwordsLost(_origin: Origin | null, context: CheckContext, { why }: FailedOutcome): Lost {
  if (why.reason?.code === "user-missing") return plain("error", [`No password is set for ${why.reason.user}`]);
  const asked = ["chpasswd", "password", "ssh_pwauth"].filter((key) => context.booted.config.has(key));
  return plain("error", [
    `Not all of what ${asked.length === 0 ? "it is asked for" : shortList(asked)} requests is set`,
  ]);
}

function usersLost(origin: Origin | null, context: CheckContext): Lost {
  const { booted } = context;
  const users = configuredUsers(context);
  const names = users?.map(({ name }) => name) ?? namesAsked(booted.config.node("users"), defaultName(context));
  const at = users === undefined || origin === null ? -1 : users.findIndex((user) => isOf(user, origin));
  const left = names.slice(Math.max(at, 0)).filter((name) => !hasUnknown(name));
  const missing = left.filter((name) => findUser(booted.after, name) === undefined);
  const kept = left.filter((name) => findUser(booted.after, name) !== undefined);
  const standard = users?.find(({ isDefault }) => isDefault)?.name ?? defaultName(context);
  const shown = [...missing].sort((a, b) => Number(b === standard) - Number(a === standard));
  const named = shown.map((name) => (name === standard ? `${name} (the default user)` : name));
  const sentences = [
    ...(missing.length === 0 ? [] : [`${shortList(named)} ${missing.length === 1 ? "is" : "are"} not created`]),
    ...(kept.length === 0 ? [] : [`What the configuration requests for ${shortList(kept)} is not done in full`]),
    ...(isKeyless(context)
      ? ["The SSH keys of the launch are installed for nobody, so nobody can log in with them"]
      : []),
  ];
  return { severity: "error", sentences, accounts: missing };
}

/** Whether the keys of the launch go to nobody: cc_ssh finds no default user. */
function isKeyless({ booted }: CheckContext): boolean {
  return booted.notes.some(({ code }) => code === "public-keys-fail");
}

function configuredUsers({ booted, distro }: CheckContext): readonly ConfiguredUser[] | undefined {
  const version = distro.cloudInit.version || "99";
  try {
    return configuredAccounts({ config: booted.config, since: (wanted) => versionAtLeast(version, wanted) }).users;
  } catch (error) {
    if (error instanceof Raises) return undefined;
    throw error;
  }
}

function isOf({ attributes, origin }: ConfiguredUser, place: Origin): boolean {
  return placeOf(origin) === placeOf(place) || holds(attributes, place);
}

function defaultName({ booted }: CheckContext): string | undefined {
  const name = booted.config.node("system_info", "default_user", "name");
  return name?.type === "scalar" && name.kind === "str" ? String(name.value) : undefined;
}

/** The names in `users`, where cloud-init cannot read the rest of it. */
function namesAsked(users: ConfigNode | undefined, standard: string | undefined): string[] {
  const nameOf = (item: ConfigNode): string | undefined => {
    const name = item.type === "mapping" ? findPair(item as Mapping, "name")?.value : item;
    return name?.type === "scalar" && name.kind === "str" ? String(name.value) : undefined;
  };
  const items = users?.type === "sequence" ? users.children : [];
  const names = items.flatMap((item) => nameOf(item) ?? []);
  return [...new Set(names.flatMap((name) => (name === "default" ? (standard ?? []) : name)))];
}
