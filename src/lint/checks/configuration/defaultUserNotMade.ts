import { isCalled } from "../../../boot/outcome.ts";
import { configuredAccounts, defaultUserOf } from "../../../boot/users/users.ts";
import type { Config } from "../../../config/config.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import type { Origin } from "../../../image/origin.ts";
import { Raises } from "../../../python/errors.ts";
import { originOf } from "../../../python/tree.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { isLockedOut, launchIsKnown } from "../access/access.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

/**
 * Finds that only root gets the SSH keys of the launch, since `users` does not request the default user
 * (distros/ug_util.py, 18.5 to 26.2): a warning if somebody configured that user, an error if it is certain that nobody else can log in.
 */
export function defaultUserNotMade(rule: Rule, context: CheckContext): Finding[] {
  const missed = missedDefaultUser(context);
  if (missed === undefined) return [];
  const { cause, isMeant } = missed;
  const why = context.booted.config.pair("users") === undefined ? "users is not set" : 'users does not name "default"';
  const message = `cloud-init does not create the user in system_info.default_user, since ${why}; only root gets the SSH keys of the launch`;
  if (!isMeant) return [about(rule, context, { message: `${message}.`, cause, severity: "info" })];
  if (!isLockedOut(context)) return [about(rule, context, { message: `${message}.`, cause })];
  const locked = `${message}, and disable_root refuses them: nobody can log in.`;
  const isCertain = launchIsKnown(context);
  const severity = isCertain ? "error" : rule.severity;
  return [about(rule, context, { message: locked, cause, severity, confidence: isCertain ? "certain" : "likely" })];
}

/** A default user whom `users` does not request, and whether somebody configured that user to log in. */
export function missedDefaultUser(context: CheckContext): { cause: Origin; isMeant: boolean } | undefined {
  const { config, modules } = context.booted;
  const version = versionOf(context);
  const runs = modules.some((module) => module.name === "users_groups" && isCalled(module));
  if (version === undefined || !runs || makesDefaultUser(config, version)) return undefined;
  const users = config.pair("users");
  const configured = config.pair("system_info", "default_user");
  // If root may log in, the keys are usable there.
  const isMeant = configured !== undefined && isOwn(context, configured.path) && config.bool("disable_root", true);
  const cause = users ?? configured;
  return cause === undefined || !isOwn(context, cause.path) ? undefined : { cause: originOf(cause), isMeant };
}

/** Whether the configuration requests the default user; also true if cloud-init fails on it. */
function makesDefaultUser(config: Config, version: string): boolean {
  try {
    const accounts = configuredAccounts({ config, since: (wanted) => versionAtLeast(version, wanted) });
    return defaultUserOf(accounts) !== undefined;
  } catch (error) {
    if (error instanceof Raises) return true;
    throw error;
  }
}
