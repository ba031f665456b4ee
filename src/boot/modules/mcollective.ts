import * as form from "../../config/schema/forms.ts";
import { wholeUnknown } from "../../image/overlay.ts";
import { isMapping, mapping } from "../../python/checked.ts";
import { defineModule } from "../module.ts";
import { installCommand, programs } from "../system/programs.ts";

const DIRECTORY = "/etc/mcollective";

/** cc_mcollective: installs MCollective, merges its configuration and restarts it (18.5 to 26.2). */
export const mcollective = defineModule({
  name: "mcollective",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["mcollective"],
  needs: programs("mcollectived"),
  keys: {
    mcollective: form.keys({ conf: form.secret("key", form.named(form.either(form.flag, form.whole, form.text))) }),
  },
  run(boot) {
    if (!boot.config.has("mcollective")) return;
    const { conf } = mapping(boot.config.get("mcollective"), "mcollective");
    boot.command(installCommand(boot, ["mcollective"]));
    const absent = boot.lacks("mcollectived");
    const write = (path: string, content: string | Buffer, key: string, mode: number) => {
      const because = boot.because("mcollective", "conf", key);
      if (absent) boot.mayChange(path, "cloud-init writes it once MCollective is installed", because);
      else boot.write(path, content, because, { mode });
    };
    if (isMapping(conf)) {
      for (const [key, file, mode] of [
        ["public-cert", "server-public.pem", 0o644],
        ["private-cert", "server-private.pem", 0o600],
      ] as const)
        if (typeof conf[key] === "string") write(`${DIRECTORY}/ssl/${file}`, conf[key], key, mode);
      const server = `${DIRECTORY}/server.cfg`;
      const before = boot.image.read(server);
      if (before !== undefined) write(`${server}.old`, before, "server", 0o644);
      write(server, wholeUnknown("the existing settings merged with the configured ones"), "server", 0o644);
    }
    boot.command("service mcollective restart");
  },
});
