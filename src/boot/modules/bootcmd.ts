import * as form from "../../config/schema/forms.ts";
import { defineModule } from "../module.ts";
import { announceScript } from "../scripts/scriptEffects.ts";
import { shellify } from "../scripts/shellify.ts";

/** cc_bootcmd: commands at every boot, before most other modules (18.5 to 26.2). */
export const bootcmd = defineModule({
  name: "bootcmd",
  frequency: "always",
  distros: "all",
  activatedBy: ["bootcmd"],
  keys: {
    bootcmd: form.list(form.command, 1),
  },
  run(boot) {
    if (boot.config.has("bootcmd")) announceScript(boot, "bootcmd", shellify(boot, "bootcmd"));
  },
});
