import * as form from "../../config/schema/forms.ts";
import { wholeUnknown } from "../../image/overlay.ts";
import { mapping } from "../../python/checked.ts";
import { defineModule } from "../module.ts";
import { installCommand, programs } from "../system/programs.ts";

const CLIENT_CONF = "/etc/landscape/client.conf";

/** cc_landscape: registers the machine with Landscape, whose program writes its own configuration (18.5 to 26.2). */
export const landscape = defineModule({
  name: "landscape",
  frequency: "once-per-instance",
  distros: () => ["ubuntu"],
  activatedBy: ["landscape"],
  needs: programs("landscape-config"),
  keys: {
    landscape: form.keys(
      {
        client: form.hidingOthers(
          "token",
          {
            account_name: form.text,
            computer_title: form.text,
            data_path: form.text,
            http_proxy: form.text,
            https_proxy: form.text,
            log_level: form.values("debug", "info", "warning", "error", "critical"),
            ping_url: form.text,
            registration_key: form.secret("token", form.text),
            tags: form.matching("^[-_0-9a-zA-Z]+(,[-_0-9a-zA-Z]+)*$"),
            url: form.text,
          },
          ["computer_title", "account_name"],
        ),
      },
      ["client"],
    ),
  },
  run(boot) {
    const given = boot.config.get("landscape");
    if (given === undefined || Object.keys(mapping(given, "landscape")).length === 0) return;
    const because = boot.because("landscape");
    boot.command(installCommand(boot, ["landscape-client"]));
    const installed = !boot.lacks("landscape-config");
    if (boot.since("23.3")) {
      boot.command("landscape-config --silent");
      boot.mayChange(CLIENT_CONF, "landscape-config merges the configured settings into it", because);
      return;
    }
    const settings = wholeUnknown("the existing settings merged with the configured ones");
    if (installed) {
      boot.write(CLIENT_CONF, settings, because);
      boot.write("/etc/default/landscape-client", "RUN=1\n", because);
    } else boot.mayChange(CLIENT_CONF, "cloud-init writes it once Landscape is installed", because);
    boot.command("systemctl restart landscape-client");
  },
});
