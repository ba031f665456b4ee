import {
  deprecated,
  either,
  flag,
  type Keys,
  keys,
  secret,
  since,
  text,
  texts,
  whole,
} from "../../../config/schema/forms.ts";

/** cc_rh_subscription (schema of 26.2). */
export const rhSubscriptionKeys = {
  rh_subscription: keys({
    "activation-key": secret("token", text),
    "add-pool": texts,
    "auto-attach": flag,
    "disable-repo": texts,
    "enable-repo": texts,
    "rhsm-baseurl": text,
    "server-hostname": text,
    "service-level": text,
    activation_key: since("25.3", secret("token", text)),
    add_pool: since("25.3", texts),
    auto_attach: since("25.3", flag),
    disable_repo: since("25.3", texts),
    enable_repo: since("25.3", texts),
    org: either(text, deprecated(whole, "24.2", "write a string instead")),
    password: secret("password", text),
    release_version: since("25.3", text),
    rhsm_baseurl: since("25.3", text),
    server_hostname: since("25.3", text),
    service_level: since("25.3", text),
    username: text,
  }),
} satisfies Keys;
