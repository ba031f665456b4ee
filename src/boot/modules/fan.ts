import * as form from "../../config/schema/forms.ts";
import { isMapping, text } from "../../python/checked.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { installCommand, programs } from "../system/programs.ts";

/** cc_fan: the configuration of Ubuntu's fan networking (18.5 to 26.2). */
export const fan = defineModule({
  name: "fan",
  frequency: "once-per-instance",
  distros: (since) => (since("22.2") ? ["ubuntu"] : "all"),
  activatedBy: ["fan"],
  needs: programs("fanctl"),
  keys: {
    fan: form.keys({ config: form.text, config_path: form.text }, ["config"]),
  },
  run(boot) {
    const config = boot.config.get("fan") ?? null;
    if (!isMapping(config) || !truthy(config.config ?? null)) return;
    const path = config.config_path === undefined ? "/etc/network/fan" : pyStr(config.config_path);
    const content = text(config.config, "fan.config");
    if (boot.lacks("fanctl")) boot.command(installCommand(boot, ["ubuntu-fan"]));
    boot.command("systemctl stop ubuntu-fan");
    boot.write(path, content.endsWith("\n") ? content : `${content}\n`, boot.because("fan", "config"));
    boot.command("systemctl start ubuntu-fan");
    boot.command("systemctl enable ubuntu-fan");
  },
});
