import * as form from "../../config/schema/forms.ts";
import { items, mapping } from "../../python/checked.ts";
import { Raises, raisingAt } from "../../python/errors.ts";
import type { ConfigObject, ConfigValue } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { installCommand, programs } from "../system/programs.ts";

/** cc_wireguard: the configuration of WireGuard's interfaces, which are brought up (22.3 to 26.2). */
export const wireguard = defineModule({
  name: "wireguard",
  frequency: "once-per-instance",
  distros: () => ["ubuntu"],
  activatedBy: ["wireguard"],
  since: "22.3",
  needs: programs("wg"),
  keys: {
    wireguard: form.either(
      form.nothing,
      form.keys(
        {
          interfaces: form.list(
            form.keys({ config_path: form.text, content: form.secret("key", form.text), name: form.text }),
            1,
          ),
          readinessprobe: form.list(form.text, 0, true),
        },
        ["interfaces"],
      ),
    ),
  },
  run(boot) {
    if (!boot.config.has("wireguard")) return;
    const config = mapping(boot.config.get("wireguard"), "wireguard");
    if (boot.lacks("wg")) {
      boot.command("apt-get update");
      boot.command(installCommand(boot, ["wireguard-tools"]));
    }
    boot.command("modprobe wireguard");
    items(config.interfaces, "wireguard.interfaces").forEach((entry, index) => {
      const because = boot.because("wireguard", "interfaces", index);
      const [name, path, content] = raisingAt(because, () => {
        const wanted = mapping(entry, "an entry of wireguard.interfaces");
        return ["name", "config_path", "content"].map((key) => wantedText(wanted, key));
      });
      boot.write(path!, content!, because, { mode: 0o600 });
      boot.command(`systemctl enable wg-quick@${name}`);
      boot.command(`systemctl restart wg-quick@${name}`);
    });
    for (const probe of probes(config.readinessprobe)) boot.command(probe);
  },
});

function wantedText(entry: ConfigObject, key: string): string {
  const value = entry[key];
  if (typeof value !== "string") throw new Raises(`${key} is missing from an entry of wireguard.interfaces`);
  return value;
}

function probes(value: ConfigValue | undefined): string[] {
  return value === undefined || value === null ? [] : items(value, "wireguard.readinessprobe").map((one) => pyStr(one));
}
