import { deprecated, filled, flag, type Keys, keys, list, since, text } from "../../../config/schema/forms.ts";

const certificates = filled(
  keys({
    "remove-defaults": deprecated(flag, "22.3", "write remove_defaults instead"),
    remove_defaults: flag,
    trusted: list(text, 1),
  }),
);

/** cc_ca_certs (schema of 26.2). */
export const caCertsKeys = {
  "ca-certs": deprecated(certificates, "22.1", "write ca_certs instead"),
  ca_certs: since("22.1", certificates),
} satisfies Keys;
