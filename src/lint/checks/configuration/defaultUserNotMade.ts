import { isCalled } from "../../../boot/outcome.ts";
import { configuredAccounts, defaultUserOf } from "../../../boot/users/users.ts";
import type { Config } from "../../../config/config.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { Raises } from "../../../python/errors.ts";
import { originOf } from "../../../python/tree.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

/**
 * Finds that nobody but root gets the launch's keys, since `users` asks for no default user (distros/ug_util.py, 18.5 to
 * 26.2): a warning where somebody configured that user.
 */
export function defaultUserNotMade(rule: Rule, context: CheckContext): Finding[] {
  const { config, modules } = context.boot;
  const version = versionOf(context);
  if (version === undefined || !modules.some((module) => module.name === "users_groups" && isCalled(module))) return [];
  if (makesDefaultUser(config, version)) return [];
  const users = config.pair("users");
  const configured = config.pair("system_info", "default_user");
  // Where root may log in, that is where the keys are.
  const isMeant = configured !== undefined && isOwn(context, configured.path) && config.bool("disable_root", true);
  const cause = users ?? configured;
  if (cause === undefined || !isOwn(context, cause.path)) return [];
  const why = users === undefined ? "users is not set" : 'users does not name "default"';
  const message = `The user of system_info.default_user is not made, and the keys of the launch go to root alone: ${why}.`;
  return [about(rule, context, { message, cause: originOf(cause), severity: isMeant ? rule.severity : "info" })];
}

/** Whether the configuration asks for a default user; true too where cloud-init fails over it. */
function makesDefaultUser(config: Config, version: string): boolean {
  try {
    const accounts = configuredAccounts({ config, since: (wanted) => versionAtLeast(version, wanted) });
    return defaultUserOf(accounts) !== undefined;
  } catch (error) {
    if (error instanceof Raises) return true;
    throw error;
  }
}
