import * as form from "../../config/schema/forms.ts";
import { defineModule } from "../module.ts";
import { readModuleList } from "../moduleList.ts";
import { announceScript } from "../scripts/scriptEffects.ts";
import { scriptOf, shellify } from "../scripts/shellify.ts";

/** cc_runcmd: writes a script of the configured commands, which scripts_user runs at the end (18.5 to 26.2). */
export const runcmd = defineModule({
  name: "runcmd",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["runcmd"],
  keys: {
    runcmd: form.list(form.either(form.command, form.nothing), 1),
  },
  run(boot) {
    if (!boot.config.has("runcmd")) return;
    const lines = shellify(boot, "runcmd");
    boot.write(`${boot.instance.directory}/scripts/runcmd`, scriptOf(lines), boot.because("runcmd"), { mode: 0o700 });
    const { modules } = readModuleList(boot.config, "cloud_final_modules");
    if (modules.some(({ name }) => name === "scripts_user")) announceScript(boot, "runcmd", lines);
    else boot.note("commands-never-run", {}, boot.because("runcmd"));
  },
});
