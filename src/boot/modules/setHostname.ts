import { setHostname as setName } from "../hostname/hostname.ts";
import { defineModule } from "../module.ts";

/** cc_set_hostname (18.2 to 26.2); cloud-init also does this before any module, see ../hostname.ts. */
export const setHostname = defineModule({
  name: "set_hostname",
  // Only in 22.2 at every boot.
  frequency: (since) => (since("22.2") && !since("22.3") ? "always" : "once-per-instance"),
  distros: "all",
  activatedBy: [],
  keys: {
    create_hostname_file: { type: "boolean", default: true, since: "23.4" },
    fqdn: { type: "string" },
    hostname: { type: "string" },
    prefer_fqdn_over_hostname: { type: "boolean", since: "21.2" },
    preserve_hostname: { type: "boolean", default: false },
  },
  run: setName,
});
