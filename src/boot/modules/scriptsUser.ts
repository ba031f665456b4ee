import { defineModule } from "../module.ts";
import { runScript } from "../scripts/runScripts.ts";

/** cc_scripts_user: the scripts of user-data, and the one that runcmd made, which runcmd announces (18.5 to 26.2). */
export const scriptsUser = defineModule({
  name: "scripts_user",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  keys: {},
  run(boot) {
    // If the instance is not known, the link leads to the scripts of another one.
    if (boot.cloud.metaData === undefined) return;
    const directory = `${boot.instance.directory}/scripts`;
    for (const name of boot.image.list(directory)) {
      const path = `${directory}/${name}`;
      const stat = boot.image.stat(path);
      const executable = stat?.kind === "file" && (stat.mode & 0o111) !== 0;
      if (executable && !(name === "runcmd" && boot.config.has("runcmd"))) runScript(boot, path);
    }
  },
});
