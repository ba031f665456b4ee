import * as form from "../../config/schema/forms.ts";
import { defineModule } from "../module.ts";
import { programs } from "../system/programs.ts";

/**
 * cc_disable_ec2_metadata: forbids the route to the cloud's metadata, at every boot (18.5 to 26.2; 22.1 does not read the
 * module's frequency). No file changes.
 */
export const disableEc2Metadata = defineModule({
  name: "disable_ec2_metadata",
  frequency: (since) => (since("22.1") && !since("22.2") ? "once-per-instance" : "always"),
  distros: "all",
  activatedBy: ["disable_ec2_metadata"],
  needs: programs("ifconfig ip"),
  keys: {
    disable_ec2_metadata: form.flag,
  },
  run(boot) {
    if (!boot.config.bool("disable_ec2_metadata", false)) return;
    if (!boot.lacks("ip")) boot.command("ip route add prohibit 169.254.169.254");
    else if (boot.which("ifconfig")) boot.command("route add -host 169.254.169.254 reject");
  },
});
