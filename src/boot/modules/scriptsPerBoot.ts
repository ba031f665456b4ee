import { defineModule } from "../module.ts";
import { runScripts } from "../scripts/runScripts.ts";

/** cc_scripts_per_boot: scripts of the image, or of the user, that run at every boot (18.5 to 26.2). */
export const scriptsPerBoot = defineModule({
  name: "scripts_per_boot",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  keys: {},
  run(boot) {
    runScripts(boot, `${boot.instance.cloudDirectory}/scripts/per-boot`);
  },
});
