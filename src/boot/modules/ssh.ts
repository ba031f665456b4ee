import * as form from "../../config/schema/forms.ts";
import type { Origin } from "../../image/origin.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { Raises } from "../../python/errors.ts";
import { originOf } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { addAuthorizedKeys } from "../ssh/authorizedKeys.ts";
import { deleteHostKeys, generateHostKeys, putHostKeys } from "../ssh/hostKeys.ts";
import { refusal, refusalTemplate } from "../ssh/loginRefusal.ts";
import { cloudPublicKeys } from "../ssh/publicKeys.ts";
import { programs } from "../system/programs.ts";
import { userKeys } from "../users/userKeys.ts";
import { configuredAccounts, defaultUserOf } from "../users/users.ts";

/** cc_ssh: host keys, and the keys of the default user and root (18.5 to 26.2). */
export const ssh = defineModule({
  name: "ssh",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  needs: [...programs("ssh-keygen"), "home", "root/.ssh"],
  keys: {
    allow_public_ssh_keys: form.since("19.3", form.flag),
    disable_root: form.flag,
    disable_root_opts: form.text,
    ssh_authorized_keys: form.list(form.text, 1),
    ssh_deletekeys: form.flag,
    ssh_genkeytypes: form.list(form.values("ecdsa", "ed25519", "rsa", "dsa"), 1),
    ssh_keys: {
      type: "object",
      patternProperties: {
        "^(dsa|ecdsa|ed25519|rsa)_(public|certificate)$": form.text,
        "^(dsa|ecdsa|ed25519|rsa)_private$": form.secret("key", form.text),
      },
      additionalProperties: false,
    },
    ssh_publish_hostkeys: form.since("19.3", form.keys({ blacklist: form.texts, enabled: form.flag })),
    ssh_quiet_keygen: form.since("21.4", form.flag),
    ...userKeys,
  },
  run(boot) {
    const keep = boot.config.node("ssh_deletekeys");
    if (keep === undefined || truthy(keep)) deleteHostKeys(boot, boot.because("ssh_deletekeys"));
    if (boot.config.has("ssh_keys")) putHostKeys(boot);
    else generateHostKeys(boot);
    const publish = boot.config.node("ssh_publish_hostkeys");
    if (boot.since("19.3") && publish?.type === "scalar" && publish.kind !== "str")
      throw new Raises(`ssh_publish_hostkeys must be a mapping, not ${pyStr(publish)}`, originOf(publish));
    try {
      addPublicKeys(boot);
    } catch (error) {
      if (!(error instanceof Raises)) throw error;
      boot.note("public-keys-fail", { message: error.message }, error.origin ?? boot.because("ssh_authorized_keys"));
    }
  },
});

/** The default user gets the keys; root gets them with a command that refuses the login, unless disable_root is off. */
function addPublicKeys(boot: ModuleRun): void {
  const user = defaultUserOf(configuredAccounts(boot));
  const allowed = !boot.since("19.3") || boot.config.bool("allow_public_ssh_keys", true);
  const keys = [...(allowed ? cloudPublicKeys(boot) : []), ...ownKeys(boot)];
  const because: Origin = boot.because("ssh_authorized_keys");
  if (user !== undefined && hasUnknown(user)) boot.note("keys-of-unknown-user", {}, because);
  else if (user !== undefined) addAuthorizedKeys(boot, user, keys, "", because);
  const disabled = boot.config.bool("disable_root", true);
  const template = boot.config.text("disable_root_opts") ?? refusalTemplate(boot);
  const options = disabled ? refusal(template, user ?? "NONE", "root") : "";
  addAuthorizedKeys(boot, "root", keys, options, boot.because("disable_root"));
}

/** What Python's list.extend() takes from ssh_authorized_keys: of a string its letters, none of which is a key. */
function ownKeys(boot: ModuleRun): string[] {
  const value = boot.config.node("ssh_authorized_keys");
  if (value === undefined || (value.type === "scalar" && value.kind === "str")) return [];
  if (value.type === "mapping") return value.children.map((pair) => pyStr(pair.key));
  if (value.type === "scalar")
    throw new Raises(`ssh_authorized_keys must be a list, not ${pyStr(value)}`, originOf(value));
  const wrong = value.children.find((key) => key.type !== "scalar");
  if (wrong !== undefined) throw new Raises("an entry of ssh_authorized_keys must be a string", originOf(wrong));
  return value.children.map((key) => pyStr(key));
}
