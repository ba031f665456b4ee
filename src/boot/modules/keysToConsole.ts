import { isFalse } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { defineModule } from "../module.ts";

/** cc_keys_to_console: prints the host keys' fingerprints on the console (18.5 to 26.2). No file changes. */
export const keysToConsole = defineModule({
  name: "keys_to_console",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  needs: ["usr/lib/cloud-init", "usr/libexec/cloud-init"],
  keys: {
    ssh: form.since("21.1", form.keys({ emit_keys_to_console: form.flag }, ["emit_keys_to_console"])),
    ssh_fp_console_blacklist: form.list(form.text, 0, true),
    ssh_key_console_blacklist: form.list(form.text, 0, true),
  },
  run(boot) {
    const emit = boot.since("21.1") ? boot.config.get("ssh", "emit_keys_to_console") : undefined;
    if (emit !== undefined && isFalse(emit)) return;
    const helper = `${boot.facts.libexec}/cloud-init/write-ssh-key-fingerprints`;
    if (boot.image.stat(helper) !== undefined) boot.command(helper);
  },
});
