import { defineModule } from "../module.ts";

const PROGRAMS = "/opt/rsct/install/bin";

/** cc_reset_rmc: gives a machine with IBM's cluster technology a new identity (20.4 to 26.2). */
export const resetRmc = defineModule({
  name: "reset_rmc",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  since: "20.4",
  needs: ["opt/rsct/install/bin"],
  keys: {},
  run(boot) {
    if (boot.cloud.datasource === "None" || boot.image.stat(PROGRAMS)?.kind !== "directory") return;
    boot.command(`${PROGRAMS}/rmcctrl -z`);
    boot.command(`${PROGRAMS}/recfgct`);
    for (const path of ["/etc/ct_node_id", "/var/ct"]) boot.mayChange(path, "recfgct generates it again", boot.listed);
  },
});
