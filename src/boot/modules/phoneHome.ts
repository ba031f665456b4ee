import * as form from "../../config/schema/forms.ts";
import { mapping } from "../../python/checked.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";

/** cc_phone_home: sends the host's name and public keys to a server (18.5 to 26.2). No file changes. */
export const phoneHome = defineModule({
  name: "phone_home",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["phone_home"],
  keys: {
    phone_home: form.keys(
      {
        post: form.either(
          form.values("all"),
          form.list(
            form.values(
              "pub_key_dsa",
              "pub_key_rsa",
              "pub_key_ecdsa",
              "pub_key_ed25519",
              "instance_id",
              "hostname",
              "fqdn",
            ),
          ),
        ),
        tries: form.whole,
        url: form.callback,
      },
      ["url"],
    ),
  },
  run(boot) {
    if (!boot.config.has("phone_home")) return;
    const { url } = mapping(boot.config.get("phone_home"), "phone_home");
    if (url !== undefined) boot.note("phone-home", { url: pyStr(url) }, boot.because("phone_home", "url"));
  },
});
