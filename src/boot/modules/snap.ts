import * as form from "../../config/schema/forms.ts";
import { isMapping, items, mapping } from "../../python/checked.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";

/** cc_snap: assertions and commands for snapd (18.5 to 26.2). */
export const snap = defineModule({
  name: "snap",
  frequency: "once-per-instance",
  distros: () => ["ubuntu"],
  activatedBy: ["snap"],
  keys: {
    snap: form.filled(
      form.keys({
        assertions: form.either(form.named(form.text), form.list(form.text, 1, true)),
        commands: form.either(form.named(form.command), form.list(form.command, 1)),
      }),
    ),
  },
  run(boot) {
    const given = boot.config.get("snap") ?? null;
    if (!truthy(given)) return;
    const config = mapping(given, "snap");
    const assertions = inOrder(config.assertions, "snap.assertions");
    if (assertions.length > 0) {
      const file = `${boot.instance.directory}/snapd.assertions`;
      boot.write(file, assertions.map((one) => pyStr(one)).join("\n"), boot.because("snap", "assertions"));
      boot.command(`snap ack ${file}`);
    }
    for (const command of inOrder(config.commands, "snap.commands"))
      boot.command(Array.isArray(command) ? words(command) : pyStr(command));
  },
});

/** A list's items, or a mapping's values. @throws Raises for others */
function inOrder(value: ConfigValue | undefined, name: string): readonly ConfigValue[] {
  if (!truthy(value ?? null)) return [];
  return isMapping(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key]!)
    : items(value, name);
}

/** Commands that do not name the program are for snap. */
function words(command: readonly ConfigValue[]): string {
  const texts = command.map((word) => pyStr(word));
  return (texts[0] === "snap" ? texts : ["snap", ...texts]).join(" ");
}
