import { updateHostname as updateName } from "../hostname/hostname.ts";
import { hostnameKeys } from "../hostname/hostnameKeys.ts";
import { defineModule } from "../module.ts";

/** cc_update_hostname: sets the host name again at every boot (18.5 to 26.2). */
export const updateHostname = defineModule({
  name: "update_hostname",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  keys: hostnameKeys,
  run: updateName,
});
