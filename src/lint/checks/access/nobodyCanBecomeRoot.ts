import type { ConfiguredUser } from "../../../boot/users/users.ts";
import { findPair } from "../../../config/merge.ts";
import type { Origin } from "../../../image/origin.ts";
import { originOf, type Pair } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import {
  accessFinding,
  isSomebodys,
  launchIsKnown,
  loginsAfter,
  lossOf,
  namesOf,
  requestedUsers,
  scriptsOf,
} from "./access.ts";
import { explainsAccess } from "./sshKeysNotRead.ts";
import { lostSudo } from "./sudoNotGranted.ts";

/** Finds boots after which somebody can log in, but nobody who can becomes root. */
export function nobodyCanBecomeRoot(rule: Rule, context: CheckContext): Finding[] {
  const logins = loginsAfter(context);
  if (logins === undefined || logins.admitted.length === 0 || lossOf(context, logins) === undefined) return [];
  if (explainsAccess(context) || lostSudo(context).length > 0) return [];
  const scripts = scriptsOf(context);
  const user = requestedUsers(context).find(({ isDefault }) => isDefault);
  const cause = scripts === "about access" ? undefined : causeOf(context, user);
  if (cause === undefined) return [];
  const who = namesOf(logins.admitted.map(({ name }) => name));
  const message = `Nobody can become root after the first boot: ${who} can log in, but cannot become root with sudo (a rule that asks for a password is useless to an account without one), and root cannot log in. Give one of the users sudo: "ALL=(ALL) NOPASSWD:ALL".`;
  // What the image itself says of its default user is meant so, and a launch may give that user a password.
  const isMeant = user !== undefined && !launchIsKnown(context);
  const severity = isMeant ? "info" : rule.severity;
  return [accessFinding(rule, context, { cause, message, module: "users_groups", scripts, severity })];
}

/** The line that takes sudo from the default user, or the list of users without anybody who has it. */
function causeOf(context: CheckContext, user: ConfiguredUser | undefined): Origin | undefined {
  const own = (pair: Pair | undefined) =>
    pair !== undefined && isSomebodys(context, pair.path) ? originOf(pair) : undefined;
  const { config } = context.booted;
  const sudo = user && findPair(user.attributes, "sudo");
  if (user === undefined) return own(config.pair("users"));
  // A user who never had sudo is as the image's makers want it.
  return sudo === undefined ? undefined : (own(sudo) ?? (truthy(sudo.value) ? own(config.pair("users")) : undefined));
}
