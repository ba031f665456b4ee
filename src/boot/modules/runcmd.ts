import type { Config } from "../../config/config.ts";
import * as form from "../../config/schema/forms.ts";
import { defineModule } from "../module.ts";
import { readModuleList } from "../moduleList.ts";
import { announceScript } from "../scripts/scriptEffects.ts";
import { scriptOf, shellify } from "../scripts/shellify.ts";

/**
 * Whether runcmd writes its script before scripts_user runs scripts, after it, when no boot of the instance runs the
 * script, or in a configuration without scripts_user.
 */
export function runningOrder(config: Config): "before" | "after" | "never" {
  const { modules } = readModuleList(config, "cloud_final_modules");
  const runs = modules.findLastIndex(({ name }) => name === "scripts_user");
  if (runs === -1) return "never";
  const isEarlier = ["cloud_init_modules", "cloud_config_modules"].some((list) =>
    readModuleList(config, list).modules.some(({ name }) => name === "runcmd"),
  );
  const writes = modules.findIndex(({ name }) => name === "runcmd");
  return isEarlier || writes === -1 || writes < runs ? "before" : "after";
}

/** cc_runcmd: writes a script of the configured commands, which scripts_user runs at the end (18.5 to 26.2). */
export const runcmd = defineModule({
  name: "runcmd",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["runcmd"],
  keys: {
    runcmd: form.list(form.either(form.command, form.nothing), 1),
  },
  run(boot) {
    if (!boot.config.has("runcmd")) return;
    const lines = shellify(boot, "runcmd");
    boot.write(`${boot.instance.directory}/scripts/runcmd`, scriptOf(lines), boot.because("runcmd"), { mode: 0o700 });
    const order = runningOrder(boot.config);
    if (order === "before") announceScript(boot, "runcmd", lines);
    else boot.note("commands-never-run", { isTooLate: order === "after" }, boot.because("runcmd"));
  },
});
