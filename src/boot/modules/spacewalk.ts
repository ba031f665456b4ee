import * as form from "../../config/schema/forms.ts";
import { mapping } from "../../python/checked.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { installCommand } from "../system/programs.ts";

/** cc_spacewalk: registers the machine with a Spacewalk server unless it is registered already (18.5 to 26.2). */
export const spacewalk = defineModule({
  name: "spacewalk",
  frequency: "once-per-instance",
  distros: (since) => ["fedora", since("22.2") ? "rhel" : "redhat", ...(since("23.3") ? ["openeuler"] : [])],
  activatedBy: ["spacewalk"],
  keys: {
    spacewalk: form.keys({ activation_key: form.secret("token", form.text), proxy: form.text, server: form.text }),
  },
  run(boot) {
    if (!boot.config.has("spacewalk")) return;
    const { server } = mapping(boot.config.get("spacewalk"), "spacewalk");
    if (!truthy(server ?? null)) return;
    boot.command(installCommand(boot, ["rhn-setup"]));
    boot.command(`rhnreg_ks --serverUrl https://${pyStr(server!)}/XMLRPC`);
    const because = boot.because("spacewalk");
    for (const file of ["/etc/sysconfig/rhn/systemid", "/etc/sysconfig/rhn/up2date"])
      boot.mayChange(file, "rhnreg_ks writes it", because);
  },
});
