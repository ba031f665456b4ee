import { defineModule } from "../module.ts";
import { runScripts } from "../scripts/runScripts.ts";

/** cc_scripts_per_instance: scripts of the image, or of the user, that run once on each instance (18.5 to 26.2). */
export const scriptsPerInstance = defineModule({
  name: "scripts_per_instance",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  keys: {},
  run(boot) {
    runScripts(boot, `${boot.instance.cloudDirectory}/scripts/per-instance`);
  },
});
