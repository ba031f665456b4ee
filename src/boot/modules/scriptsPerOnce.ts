import { defineModule } from "../module.ts";
import { runScripts } from "../scripts/runScripts.ts";

/** cc_scripts_per_once: scripts of the image, or of the user, that run once and never again (18.5 to 26.2). */
export const scriptsPerOnce = defineModule({
  name: "scripts_per_once",
  frequency: "once",
  distros: "all",
  activatedBy: [],
  keys: {},
  run(boot) {
    runScripts(boot, `${boot.instance.cloudDirectory}/scripts/per-once`);
  },
});
