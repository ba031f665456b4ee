import * as form from "../../config/schema/forms.ts";
import { defineModule } from "../module.ts";

/** cc_ubuntu_autoinstall: only checks whether Ubuntu's installer is installed (22.3 to 26.2). No file changes. */
export const ubuntuAutoinstall = defineModule({
  name: "ubuntu_autoinstall",
  frequency: "once",
  distros: () => ["ubuntu"],
  activatedBy: ["autoinstall"],
  since: "22.3",
  keys: {
    autoinstall: form.hidingOthers("password", { version: form.whole }, ["version"]),
  },
  run(boot) {
    if (boot.config.has("autoinstall")) boot.command("snap list");
  },
});
