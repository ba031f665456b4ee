import { BUILTIN_PATH } from "../../config/builtin.ts";
import { findPair } from "../../config/merge.ts";
import * as form from "../../config/schema/forms.ts";
import type { Origin } from "../../image/origin.ts";
import { Raises, raisingAt } from "../../python/errors.ts";
import { originOf } from "../../python/tree.ts";
import { pyStr, toValue, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { cloudPublicKeys } from "../ssh/publicKeys.ts";
import { programs } from "../system/programs.ts";
import { createGroups, createUser, type Redirect } from "../users/createUser.ts";
import { userKeys } from "../users/userKeys.ts";
import { type ConfiguredUser, configuredAccounts, defaultUserOf } from "../users/users.ts";

const members = form.either(form.text, form.list(form.text, 1));

/** cc_users_groups: groups, the default user and all others (18.5 to 26.2). */
export const usersGroups = defineModule({
  name: "users_groups",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  needs: [...programs("passwd snap useradd usermod"), "home", "root/.ssh", "usr/etc", "var/mail", "var/spool/mail"],
  keys: {
    groups: form.either(form.text, form.named(members), form.list(form.either(form.text, form.named(members)))),
    ...userKeys,
  },
  run(boot) {
    const accounts = configuredAccounts(boot);
    const defaultUser = defaultUserOf(accounts);
    createGroups(boot, accounts.groups);
    for (const user of accounts.users) {
      raisingAt(user.origin, () => {
        checkHome(boot, user);
        createUser(boot, user, redirectOf(boot, user, defaultUser));
      });
      if (holds(user, "ssh_import_id")) boot.note("imported-keys-unknown", { user: user.name });
    }
  },
});

/** Since 22.2 SSH keys require a home directory. */
function checkHome(boot: ModuleRun, user: ConfiguredUser): void {
  const homeless = ["no_create_home", "system"].find((name) => holds(user, name));
  const keys = ["ssh_authorized_keys", "ssh_import_id", "ssh_redirect_user"].some((name) => holds(user, name));
  if (boot.since("22.2") && homeless !== undefined && keys)
    throw new Raises(`the user ${user.name} has SSH keys but no home directory`, placeOf(user, homeless));
}

/** The user to whom logins are redirected, if it is configured and there is a default user. */
function redirectOf(boot: ModuleRun, user: ConfiguredUser, defaultUser: string | undefined): Redirect | undefined {
  const redirect = findPair(user.attributes, "ssh_redirect_user")?.value;
  if (redirect === undefined || !truthy(redirect)) return undefined;
  if (["ssh_authorized_keys", "ssh_import_id"].some((name) => findPair(user.attributes, name) !== undefined))
    throw new Raises(`the user ${user.name} has both ssh_redirect_user and SSH keys`, originOf(redirect));
  const value = toValue(redirect);
  if (value !== true && value !== 1 && value !== "default")
    throw new Raises(
      `ssh_redirect_user of the user ${user.name} must be true or default, not ${pyStr(redirect)}`,
      originOf(redirect),
    );
  return defaultUser === undefined ? undefined : { to: defaultUser, keys: cloudPublicKeys(boot) };
}

function placeOf(user: ConfiguredUser, name: string): Origin {
  const pair = findPair(user.attributes, name);
  return pair === undefined || pair.path === BUILTIN_PATH ? user.origin : originOf(pair);
}

function holds(user: ConfiguredUser, name: string): boolean {
  const value = findPair(user.attributes, name)?.value;
  return value !== undefined && truthy(value);
}
