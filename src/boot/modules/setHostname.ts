import { setHostname as setName } from "../hostname/hostname.ts";
import { hostnameKeys } from "../hostname/hostnameKeys.ts";
import { defineModule } from "../module.ts";

/** cc_set_hostname (18.2 to 26.2); cloud-init also does this before any module, see ../hostname.ts. */
export const setHostname = defineModule({
  name: "set_hostname",
  // At every boot only in 22.2.
  frequency: (since) => (since("22.2") && !since("22.3") ? "always" : "once-per-instance"),
  distros: "all",
  activatedBy: [],
  keys: hostnameKeys,
  run: setName,
});
