import * as form from "../../config/schema/forms.ts";
import { isMapping } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";

const INTERFACES: Readonly<Record<string, string>> = { i2c: "do_i2c", onewire: "do_onewire", spi: "do_spi" };
/** What raspi-config changes, in the boot partition. */
const FILES = ["/boot/firmware/config.txt", "/boot/firmware/cmdline.txt"];

/** cc_raspberry_pi: enables or disables interfaces of the board, and reboots (25.2 to 26.2). */
export const raspberryPi = defineModule({
  name: "raspberry_pi",
  frequency: "once-per-instance",
  distros: () => ["raspberry-pi-os"],
  activatedBy: ["rpi"],
  since: "25.2",
  needs: [...programs("rpi-usb-gadget"), "boot/firmware/config.txt"],
  keys: {
    rpi: form.openKeys({
      enable_usb_gadget: form.flag,
      interfaces: form.openKeys({
        i2c: form.flag,
        onewire: form.flag,
        serial: form.either(form.flag, form.openKeys({ console: form.flag, hardware: form.flag })),
        spi: form.flag,
      }),
    }),
  },
  run(boot) {
    const config = boot.config.get("rpi") ?? null;
    if (!isMapping(config)) return;
    const commands = [...gadget(boot, config.enable_usb_gadget), ...interfaces(config.interfaces)];
    if (commands.length === 0) return;
    for (const command of commands) boot.command(command);
    for (const file of FILES) boot.mayChange(file, "raspi-config changes it", boot.because("rpi"));
    boot.command("shutdown -r now");
  },
});

function gadget(boot: ModuleRun, value: ConfigValue | undefined): string[] {
  if (value === undefined) return [];
  if (typeof value !== "boolean") throw new Raises("rpi.enable_usb_gadget must be true or false");
  const program = "/usr/bin/rpi-usb-gadget";
  return boot.image.stat(program) === undefined ? [] : [`${program} ${value ? "on" : "off"} -f`];
}

function interfaces(value: ConfigValue | undefined): string[] {
  if (!isMapping(value)) return [];
  const run = (name: string, on: boolean) => `/usr/bin/raspi-config nonint ${name} ${on ? 0 : 1}`;
  return Object.entries(value).flatMap(([name, setting]) => {
    const action = Object.hasOwn(INTERFACES, name) ? INTERFACES[name]! : undefined;
    if (action !== undefined && typeof setting === "boolean") return [run(action, setting)];
    if (name !== "serial") return [];
    if (typeof setting === "boolean") return [run("do_serial_cons", setting), run("do_serial_hw", setting)];
    if (!isMapping(setting)) return [];
    const console = setting.console === true;
    return [run("do_serial_cons", console), run("do_serial_hw", console || setting.hardware === true)];
  });
}
