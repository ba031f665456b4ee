import { flag, type Keys, since, text } from "../../config/schema/forms.ts";

/** The machine's name, which several modules and cloud-init itself read (schema of 26.2). */
export const hostnameKeys = {
  create_hostname_file: since("23.4", flag),
  fqdn: text,
  hostname: text,
  prefer_fqdn_over_hostname: since("21.2", flag),
  preserve_hostname: flag,
} satisfies Keys;
