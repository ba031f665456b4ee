import { either, filled, flag, type Keys, keys, list, nothing, since, text } from "../../../config/schema/forms.ts";

const hosts = list(text, 0, true);

/** cc_ntp (schema of 26.2). */
export const ntpKeys = {
  ntp: either(
    nothing,
    keys({
      allow: since("23.2", hosts),
      config: filled(keys({ check_exe: text, confpath: text, packages: hosts, service_name: text, template: text })),
      enabled: flag,
      ntp_client: text,
      peers: since("23.2", hosts),
      pools: hosts,
      servers: hosts,
    }),
  ),
} satisfies Keys;
