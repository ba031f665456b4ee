import { configBool } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { defineModule } from "../module.ts";

/** cc_migrator: renamed the semaphores of modules from the time when their names had hyphens (to 23.4). */
export const migrator = defineModule({
  name: "migrator",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  until: "24.1",
  keys: {
    migrate: form.any,
  },
  run(boot) {
    if (!configBool(boot.config.get("migrate"), true)) return;
    const { directory, cloudDirectory } = boot.instance;
    for (const marks of [`${directory}/sem`, `${cloudDirectory}/sem`])
      for (const file of boot.image.list(marks)) {
        const dot = file.lastIndexOf(".");
        const [name, rest] = dot > 0 ? [file.slice(0, dot), file.slice(dot)] : [file, ""];
        if (!name.includes("-") || boot.image.stat(`${marks}/${file}`)?.kind !== "file") continue;
        boot.rename(`${marks}/${file}`, `${marks}/${name.replaceAll("-", "_")}${rest}`, boot.listed);
      }
  },
});
