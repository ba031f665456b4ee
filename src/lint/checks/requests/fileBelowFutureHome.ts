import { findPair } from "../../../config/merge.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { truthy } from "../../../python/value.ts";
import { readUsers } from "../../../services/accounts/users.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { moduleName } from "../../sentences/settings.ts";
import { atMost, type CheckContext } from "../check.ts";
import { isAsked, lostRequest, requestedAccounts } from "./lostRequest.ts";
import { canDefer, commandsName, deferring, writtenFiles } from "./writtenFiles.ts";

/**
 * Finds home directories that a module creates before users_groups creates the account: they belong to root, and useradd
 * leaves them as they are (real boots of 20.4, 22.4, 25.1 and 26.2).
 */
export function fileBelowFutureHome(rule: Rule, context: CheckContext): Finding[] {
  const { image, booted } = context;
  const accounts = requestedAccounts(context);
  if (accounts === undefined) return [];
  const before = readUsers(image);
  const after = readUsers(booted.after);
  const created = new Map(booted.changes.filter(({ op }) => op === "created").map((change) => [change.path, change]));
  const files = writtenFiles(context);
  return atMost(accounts.users, ({ name, attributes }) => {
    const user = after.get(name);
    // Without a home directory of its own, nobody misses one.
    if (["no_create_home", "system"].some((key) => truthy(findPair(attributes, key)?.value))) return undefined;
    if (user === undefined || before.has(name) || hasUnknown(name)) return undefined;
    const home = booted.after.realpath(user.home);
    const change = home === undefined ? undefined : created.get(home);
    const blame = change?.blames[0];
    if (home === undefined || blame === undefined || blame.module === "users_groups") return undefined;
    if (change?.after?.kind !== "directory" || String(change.after.uid) === user.uid) return undefined;
    if (!isAsked(context, blame.cause) || failsBelow(context, home)) return undefined;
    const below = files.filter(({ path, module }) => module === "write_files" && path.startsWith(`${home}/`));
    const names = below.length > 0 ? shortList(below.map(({ path }) => path)) : "it";
    const isGivenLater = commandsName(context, /\bchown\b/, home);
    const holdsKeys = below.some(({ path }) => path.startsWith(`${home}/.ssh/authorized_keys`));
    const advice = holdsKeys
      ? `Write the keys in ssh_authorized_keys of ${name} instead`
      : canDefer(context)
        ? `Set defer: true for ${below.length > 1 ? "these files" : "the file"}`
        : "Put the file below /etc/skel, or write it in runcmd";
    return lostRequest(rule, context, {
      message: `${home} will belong to root, without the files of /etc/skel: ${moduleName(blame.module)} writes ${names} before users_groups creates ${name}, and useradd leaves an existing home directory as it is. ${advice}.`,
      cause: blame.cause,
      module: blame.module,
      // Only the skeleton is missing then.
      ...(isGivenLater ? { severity: "info", confidence: "likely" } : {}),
      prove: () =>
        holdsKeys
          ? null
          : deferring(context, below, (fixed) => {
              const owner = readUsers(fixed).get(name)?.uid;
              return owner !== undefined && String(fixed.stat(home)?.uid) === owner;
            }),
    });
  });
}

/** Whether write_files fails at a file below a directory because its owner does not exist yet: deferring it, as that finding advises, is the remedy for both. */
function failsBelow({ booted }: CheckContext, directory: string): boolean {
  return booted.modules.some(
    ({ status, why }) =>
      status === "failed" &&
      why?.code === "raises" &&
      why.reason?.code === "owner-missing" &&
      why.reason.path.startsWith(`${directory}/`),
  );
}
