import { findGroup, findUser } from "../../../boot/accounts/lookup.ts";
import type { ModuleOutcome } from "../../../boot/boot.ts";
import { readersOf } from "../../../boot/configKeys.ts";
import type { StageError } from "../../../boot/outcome.ts";
import type { Origin } from "../../../image/origin.ts";
import { originOf as originOfNode, type Pair } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { readGroups } from "../../../services/accounts/users.ts";
import { type Confidence, type Loss, SEVERITIES, type Severity } from "../../finding.ts";
import { isPartial } from "../../partial.ts";
import { failureSentence } from "../../sentences/failures.ts";
import { shortList } from "../../sentences/lists.ts";
import { stageStops } from "../../sentences/outcomes.ts";
import { hasZones, isKnownZone, lacksZone, nearestZone } from "../../timeZones.ts";
import type { CheckContext } from "../check.ts";
import { incompleteLists } from "../configuration/moduleListIncomplete.ts";
import { isMeantAsDisabled } from "../configuration/networkNotDisabled.ts";
import { lostBy, removedBy } from "./lostBy.ts";
import { notedLoss } from "./lostNotes.ts";
import { ownEvidence } from "./ownEvidence.ts";

type FailedOutcome = Extract<ModuleOutcome, { status: "failed" }>;

/** What becomes a finding if somebody wrote the line that causes it. */
export interface Failing {
  readonly module: string | null;
  readonly cause: Origin;
  /** The keys of which any may be the cause; undefined where the line is known. */
  readonly among?: readonly Pair[] | undefined;
  readonly severity: Severity;
  /** "certain" unless given. */
  readonly confidence?: Confidence;
  /** What is wrong, a sentence. */
  readonly what: string;
  /** That it fails, without the reason and the full stop; undefined for errors that a module catches. */
  readonly brief: string | undefined;
  /** What is lost, as sentences. */
  readonly effects: readonly string[];
  /** What to do, a sentence. */
  readonly advice: string | undefined;
  readonly losses: readonly Loss[];
  readonly outcome: FailedOutcome | undefined;
}

/** Several rules ask about the same boot. */
const known = new WeakMap<CheckContext, readonly Failing[]>();

/**
 * The modules, steps and stages that fail, and the errors that a module catches, with what is lost by them. The cause of
 * each is a line of the image's owner or of the launch: what fails on stock images is not among them.
 */
export function failingsOf(context: CheckContext): readonly Failing[] {
  const all = known.get(context) ?? together(context);
  known.set(context, all);
  return all;
}

/** Failures with the same line are one. */
function together(context: CheckContext): Failing[] {
  const lists = linesOfLists(context);
  const byPlace = new Map<string, Failing>();
  for (const one of [...stoppedStages(context), ...failedModules(context), ...caughtErrors(context)]) {
    const place = placeOf(one.cause);
    // What fails without a key that requests it fails on stock images too.
    if (lists.has(place) || ownEvidence(context, one.cause) === undefined) continue;
    const first = byPlace.get(place);
    byPlace.set(place, first === undefined ? one : joined(first, one));
  }
  return [...byPlace.values()];
}

/** One string may request any number of groups; a report cuts longer messages anyway. */
const MOST_EFFECTS = 20;

function joined(first: Failing, other: Failing): Failing {
  if (first.effects.length > MOST_EFFECTS) return first;
  const isWorse = SEVERITIES.indexOf(other.severity) < SEVERITIES.indexOf(first.severity);
  const also = other.brief === undefined ? [] : [`${other.brief} too.`];
  const effects = [...new Set([...first.effects, ...also, ...other.effects])];
  return {
    ...first,
    severity: isWorse ? other.severity : first.severity,
    effects,
    losses: [...first.losses, ...other.losses],
  };
}

/** The lines of the module lists, which are blamed for what no key requests. */
function linesOfLists({ booted }: CheckContext): ReadonlySet<string> {
  const lists = booted.config.origin("cloud_init_modules");
  const places = booted.modules.map(({ origin }) => origin);
  return new Set([...places, ...(lists === undefined ? [] : [lists])].map(placeOf));
}

function placeOf({ path, line, column }: Origin): string {
  return `${path}:${line}:${column}`;
}

/** One for each error that stops stages. */
function stoppedStages({ booted }: CheckContext): Failing[] {
  const byError = new Map<StageError, { modules: string[]; stages: Parameters<typeof stageStops>[0]; at: Origin }>();
  for (const { name, why, origin } of booted.modules) {
    if (why?.code !== "stage-stopped") continue;
    const known = byError.get(why.error);
    if (known === undefined)
      byError.set(why.error, { modules: [name], stages: why.stages, at: originOf(why.error) ?? origin });
    else known.modules.push(name);
  }
  return [...byError].map(([error, { modules, stages, at }]) => {
    const rank = (name: string) => (IMPORTANT.includes(name) ? IMPORTANT.indexOf(name) : IMPORTANT.length);
    const sorted = [...new Set(modules)].sort((a, b) => rank(a) - rank(b));
    return {
      module: null,
      cause: at,
      severity: "error",
      what: sentence(stageStops(stages, error)),
      brief: `The ${stages.join(" and ")} ${stages.length === 1 ? "stage fails" : "stages fail"}`,
      effects: [`None of ${stages.length === 1 ? "its" : "their"} modules runs: ${shortList(sorted)}.`],
      advice: undefined,
      losses: [],
      outcome: undefined,
    };
  });
}

/** The modules whose loss matters most, named first. */
const IMPORTANT = ["network", "users_groups", "ssh", "write_files", "growpart", "set_hostname", "bootcmd"];

function originOf(error: StageError): Origin | null {
  return error.code === "user-data" ? error.problem.origin : error.origin;
}

function failedModules(context: CheckContext): Failing[] {
  const failed = context.booted.modules.filter((outcome): outcome is FailedOutcome => outcome.status === "failed");
  const users = failed.find(({ name }) => name === "users_groups");
  const accounts = new Set(users === undefined ? [] : lostBy(users, context).accounts);
  const followers = failed
    .slice(users === undefined ? failed.length : failed.indexOf(users) + 1)
    .filter((outcome) => isAbout(outcome, accounts));
  // The finding about the list says that there are no accounts.
  const hasNoAccounts = incompleteLists(context).some(({ missing }) =>
    missing.some(({ name }) => name === "users_groups"),
  );
  return failed
    .filter((outcome) => !followers.includes(outcome) && isShown(outcome, context))
    .filter(({ why }) => !(hasNoAccounts && why.reason?.code === "user-missing"))
    .map((outcome) => {
      const { name, why } = outcome;
      const { what, advice } = failureSentence(name, why.message, why.reason);
      const { severity: usual, sentences } = lostBy(outcome, context);
      const removed = removedBy(name, context);
      const then = outcome === users ? followers : [];
      const creator = creatorOf(outcome, context);
      const severity = creator !== undefined ? "info" : removed.isCustomised ? "error" : usual;
      const among = why.origin === null ? ownKeys(name, context) : undefined;
      return {
        module: name,
        cause: causeOf(outcome, among, context),
        among,
        severity,
        ...(creator === undefined ? {} : { confidence: "possible" }),
        what: sentence(creator === undefined ? what : `${what} unless ${creator} creates the account`),
        brief: `${name} fails`,
        effects: [
          ...[...sentences, ...removed.sentences].map(sentence),
          ...then.flatMap((one) => [`${one.name} then fails too.`, ...lostBy(one, context).sentences.map(sentence)]),
        ],
        advice: hint(outcome, context) ?? advice,
        losses: removed.losses,
        outcome,
      };
    });
}

/** The keys of a module that somebody wrote. */
function ownKeys(module: string, context: CheckContext): Pair[] {
  return context.booted.config.root.children.filter(
    (pair) =>
      readersOf(String(pair.key.value)).some(({ name }) => name === module) &&
      ownEvidence(context, originOfNode(pair)) !== undefined,
  );
}

/**
 * The line that makes a module fail. If nobody wrote the line that requests the default user, it is that of the user's
 * name or of the group in the image that takes it.
 */
function causeOf({ why, origin }: FailedOutcome, among: readonly Pair[] | undefined, context: CheckContext): Origin {
  const key = among?.[0];
  const cause = why.origin ?? (key === undefined ? origin : originOfNode(key));
  const { reason } = why;
  if (reason?.code !== "own-group-exists" || ownEvidence(context, cause) !== undefined) return cause;
  const name = context.booted.config.pair("system_info", "default_user", "name");
  if (name !== undefined && pyStr(name.value) === reason.user && ownEvidence(context, originOfNode(name)) !== undefined)
    return originOfNode(name);
  const group = readGroups(context.image).find((one) => one.name === reason.user);
  return group === undefined ? cause : { path: "/etc/group", line: group.line, column: 1 };
}

/** What runs earlier and may create the account whose absence makes a module fail; undefined if nothing does. */
function creatorOf({ name, why: { reason } }: FailedOutcome, { booted }: CheckContext): string | undefined {
  if (reason?.code !== "user-missing" && reason?.code !== "owner-missing") return undefined;
  const account = reason.code === "user-missing" ? reason.user : reason.name;
  if (booted.commands.some(({ module, command }) => module === "bootcmd" && command.includes(account)))
    return "a command of bootcmd";
  // Packages are installed before deferred files are written.
  return name === "write_files_deferred" && truthy(booted.config.node("packages")) ? "a package" : undefined;
}

/** Whether a module fails only because these accounts are missing. */
function isAbout({ why: { reason } }: FailedOutcome, accounts: ReadonlySet<string>): boolean {
  if (reason?.code === "user-missing") return accounts.has(reason.user);
  return reason?.code === "owner-missing" && accounts.has(reason.name);
}

/** Whether the image shows that a module really fails: a checkout of /etc lacks most files. */
function isShown({ name, why: { reason } }: FailedOutcome, context: CheckContext): boolean {
  const { image, distro } = context;
  if (name === "network" && isMeantAsDisabled(context)) return false;
  // systemd-sysusers may create the owner of networkd's files before cloud-init runs.
  if (name === "network" && reason?.code === "user-missing") return false;
  if (reason?.code === "time-zone-missing") return lacksZone(image, reason.zone);
  if (!isPartial(image, distro)) return true;
  const needsPrograms = reason?.code === "locale-missing" || reason?.code === "template-missing";
  const needsAccounts = reason?.code === "owner-missing" || reason?.code === "user-missing";
  return !needsPrograms && !(needsAccounts && image.stat("/etc/passwd") === undefined);
}

/** What to do, where the image decides. */
function hint({ name, why: { reason } }: FailedOutcome, { booted, image }: CheckContext): string | undefined {
  if (reason?.code === "time-zone-missing") {
    if (!hasZones(image) && isKnownZone(reason.zone)) return "Install tzdata in the image.";
    const near = nearestZone(reason.zone);
    return near === undefined || near === reason.zone ? undefined : `Did you mean ${near}?`;
  }
  if (reason?.code === "own-group-exists") {
    const isOfImage = !reason.isRequested && findGroup(image, reason.user) !== undefined;
    return isOfImage
      ? `Delete the group from the image, or add "primary_group: ${reason.user}" to the user.`
      : undefined;
  }
  if (reason?.code !== "owner-missing") return undefined;
  const find = reason.kind === "user" ? findUser : findGroup;
  if (find(booted.after, reason.name) === undefined)
    return /^\d+$/.test(reason.name)
      ? "Write the name of an account: cloud-init does not accept numbers."
      : `Create the ${reason.kind} ${reason.name}, or remove the owner.`;
  return name === "write_files" && booted.modules.some((module) => module.name === "write_files_deferred")
    ? `cloud-init creates the ${reason.kind} later: add "defer: true" to the entry.`
    : `cloud-init creates the ${reason.kind} later.`;
}

/** Errors that a module catches. Those that follow from a module that fails are part of its finding. */
function caughtErrors({ booted }: CheckContext): Failing[] {
  const { modules, notes } = booted;
  const hasUsers = !modules.some(({ name, status }) => name === "users_groups" && status === "failed");
  return notes.flatMap((note) => {
    const lost = notedLoss(note, booted);
    if (lost === undefined || note.origin === null || note.origin === undefined) return [];
    if (!hasUsers && (note.code === "public-keys-fail" || note.code === "group-not-added")) return [];
    const { severity, sentences } = lost;
    const [what = "", ...effects] = sentences.map(sentence);
    const rest = { brief: undefined, advice: undefined, losses: [], outcome: undefined };
    return [{ module: note.module, cause: note.origin, severity, what, effects, ...rest }];
  });
}

function sentence(text: string): string {
  return `${capitalised(text)}.`;
}

/** Names of modules and of keys keep their case. */
function capitalised(text: string): string {
  return /^the /.test(text) ? `T${text.slice(1)}` : text;
}
