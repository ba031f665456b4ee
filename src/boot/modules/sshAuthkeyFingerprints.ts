import { findPair } from "../../config/merge.ts";
import { isTrue } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { ensureAuthorizedKeysFile, userWithHome } from "../ssh/authorizedKeysFile.ts";
import { userKeys } from "../users/userKeys.ts";
import { type ConfiguredUser, configuredAccounts } from "../users/users.ts";

/** cc_ssh_authkey_fingerprints: prints keys, and since 21.3 creates the missing file of every configured user. */
export const sshAuthkeyFingerprints = defineModule({
  name: "ssh_authkey_fingerprints",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  needs: ["home", "root/.ssh"],
  keys: {
    authkey_hash: form.text,
    no_ssh_fingerprints: form.flag,
    ...userKeys,
  },
  run(boot) {
    const off = boot.config.node("no_ssh_fingerprints");
    if (off !== undefined && isTrue(off)) return;
    for (const user of configuredAccounts(boot).users) {
      if (boot.since("22.2") && (holds(user, "no_create_home") || holds(user, "system"))) continue;
      if (hasUnknown(user.name)) continue;
      if (boot.since("21.3")) ensureAuthorizedKeysFile(boot, user.name, user.origin);
      else userWithHome(boot, user.name);
    }
  },
});

function holds(user: ConfiguredUser, name: string): boolean {
  const value = findPair(user.attributes, name)?.value;
  return value !== undefined && truthy(value);
}
