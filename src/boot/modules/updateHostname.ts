import { updateHostname as updateName } from "../hostname/hostname.ts";
import { defineModule } from "../module.ts";
import { setHostname } from "./setHostname.ts";

/** cc_update_hostname: the name again at every boot (18.5 to 26.2). */
export const updateHostname = defineModule({
  name: "update_hostname",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  keys: setHostname.keys,
  run: updateName,
});
