import { configBool } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { isMapping, mapping } from "../../python/checked.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { installCommand, programs } from "../system/programs.ts";

/** cc_ubuntu_drivers: installs NVIDIA's drivers once their licence is accepted (19.1 to 26.2). */
export const ubuntuDrivers = defineModule({
  name: "ubuntu_drivers",
  frequency: "once-per-instance",
  distros: () => ["ubuntu"],
  activatedBy: ["drivers"],
  since: "19.1",
  needs: programs("ubuntu-drivers"),
  keys: {
    drivers: form.keys({
      nvidia: form.keys({ "license-accepted": form.flag, version: form.text }, ["license-accepted"]),
    }),
  },
  run(boot) {
    if (!boot.config.has("drivers")) return;
    const { nvidia } = mapping(boot.config.get("drivers"), "drivers");
    if (!isMapping(nvidia) || !configBool(nvidia["license-accepted"], false)) return;
    if (boot.lacks("ubuntu-drivers")) boot.command(installCommand(boot, ["ubuntu-drivers-common"]));
    const version = truthy(nvidia.version ?? null) ? `:${pyStr(nvidia.version!)}` : "";
    boot.command(`ubuntu-drivers install --gpgpu nvidia${version}`);
  },
});
