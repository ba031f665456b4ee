import * as form from "../../config/schema/forms.ts";
import { isMapping } from "../../python/checked.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";

const OPTIONS: Readonly<Record<string, string>> = { halt: "-H", poweroff: "-P", reboot: "-r" };

/** cc_power_state_change: shuts the machine down or reboots it after the boot (18.5 to 26.2). No file changes. */
export const powerStateChange = defineModule({
  name: "power_state_change",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["power_state"],
  keys: {
    power_state: form.keys(
      {
        condition: form.either(form.text, form.flag, form.list(form.any)),
        delay: form.either({ type: "integer", minimum: 0 }, form.matching("^\\+?[0-9]+$"), form.values("now")),
        message: form.text,
        mode: form.values("poweroff", "reboot", "halt"),
        timeout: form.whole,
      },
      ["mode"],
    ),
  },
  run(boot) {
    const state = boot.config.get("power_state") ?? null;
    if (state === null) return;
    const mode = isMapping(state) ? state.mode : undefined;
    const option = typeof mode === "string" && Object.hasOwn(OPTIONS, mode) ? OPTIONS[mode] : undefined;
    if (!isMapping(state) || option === undefined) {
      boot.note("power-state-mode-invalid", {}, boot.because("power_state", "mode"));
      return;
    }
    const { condition = true, delay = "now" } = state;
    if (condition === false) return;
    const minutes = /^\+?(\d+)$/.exec(pyStr(delay).trim())?.[1];
    if (minutes === undefined && delay !== "now") {
      boot.note("power-state-delay-invalid", {}, boot.because("power_state", "delay"));
      return;
    }
    const when = minutes === undefined ? "now" : `+${Number(minutes)}`;
    boot.command(`shutdown ${option} ${when}`);
    if (condition !== true)
      boot.note("power-state-condition", { condition: pyStr(condition) }, boot.because("power_state", "condition"));
  },
});
