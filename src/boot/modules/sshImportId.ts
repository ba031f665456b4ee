import * as form from "../../config/schema/forms.ts";
import type { ConfigNode, ConfigValue } from "../../python/tree.ts";
import { pyStr, toValue, truthy } from "../../python/value.ts";
import { findUser } from "../accounts/lookup.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";
import { userKeys } from "../users/userKeys.ts";
import { configuredAccounts } from "../users/users.ts";
import { distrosBy } from "./distroNames.ts";

/** cc_ssh_import_id: fetches users' public keys from Launchpad or GitHub (18.5 to 26.2). */
export const sshImportId = defineModule({
  name: "ssh_import_id",
  frequency: "once-per-instance",
  distros: distrosBy([
    ["0", "ubuntu", "debian"],
    ["22.4", "cos"],
    ["23.3", "alpine"],
    ["25.2", "raspberry-pi-os"],
  ]),
  activatedBy: [],
  needs: programs("ssh-import-id"),
  keys: {
    ssh_import_id: form.texts,
    ...userKeys,
  },
  run(boot, args) {
    if (boot.since("22.2") && !occurs(boot.config.root, "ssh_import_id")) return;
    if (boot.since("22.2") && boot.lacks("ssh-import-id")) {
      const own = boot.config.has("ssh_import_id") ? "ssh_import_id" : "users";
      boot.note("ssh-import-id-missing", {}, boot.because(own));
      return;
    }
    if (args.length > 0) {
      fetchKeys(boot, pyStr(args[0]!), args.slice(1));
      return;
    }
    for (const { name, attributes, isDefault } of configuredAccounts(boot).users) {
      const own = attributes.children.find((pair) => pair.key.value === "ssh_import_id")?.value;
      const ids = isDefault ? boot.config.get("ssh_import_id") : own && toValue(own);
      fetchKeys(boot, name, Array.isArray(ids) ? ids : ids === undefined ? [] : [ids]);
    }
  },
});

function fetchKeys(boot: ModuleRun, user: string, ids: readonly ConfigValue[]): void {
  const names = ids.filter((id) => truthy(id)).map((id) => pyStr(id));
  if (names.length === 0) return;
  boot.command(`sudo -Hu ${user} ssh-import-id ${names.join(" ")}`);
  const home = findUser(boot.image, user)?.home;
  if (home === undefined) return;
  const reason = `ssh-import-id adds the keys of ${names.join(", ")}`;
  boot.mayChange(`${home}/.ssh/authorized_keys`, reason, boot.because("ssh_import_id"));
}

/** Whether a key occurs anywhere in mappings, and in mappings of lists. */
function occurs(node: ConfigNode, key: string): boolean {
  if (node.type === "sequence") return node.children.some((item) => item.type === "mapping" && occurs(item, key));
  if (node.type !== "mapping") return false;
  return node.children.some((pair) => pair.key.value === key || occurs(pair.value, key));
}
