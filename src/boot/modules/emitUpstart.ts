import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { programs } from "../system/programs.ts";

/** cc_emit_upstart: told Upstart of the boot's progress, where it ran (to 22.1). No file changes. */
export const emitUpstart = defineModule({
  name: "emit_upstart",
  frequency: "always",
  distros: () => ["ubuntu", "debian"],
  activatedBy: [],
  until: "22.2",
  needs: programs("initctl"),
  keys: {},
  run(boot, args) {
    if (boot.image.stat("/sbin/initctl")?.kind !== "file") return;
    const events = args.length > 0 ? args.map((event) => pyStr(event)) : ["cloud-config"];
    for (const event of events) boot.command(`initctl emit ${event}`);
  },
});
