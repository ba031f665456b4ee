import { Raises } from "../../python/errors.ts";
import { pyStr } from "../../python/value.ts";
import { coreKeys } from "../coreKeys.ts";
import { defineModule } from "../module.ts";
import { runScripts } from "../scripts/runScripts.ts";

/** cc_scripts_vendor: the scripts of vendor-data, behind `vendor_data.prefix` (18.5 to 26.2). */
export const scriptsVendor = defineModule({
  name: "scripts_vendor",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  keys: { vendor_data: coreKeys.vendor_data },
  run(boot) {
    if (boot.cloud.metaData === undefined) return;
    const prefix = boot.config.get("vendor_data", "prefix") ?? [];
    const words = typeof prefix === "string" ? [prefix] : prefix;
    const directory = `${boot.instance.directory}/scripts/vendor`;
    if (!Array.isArray(words)) {
      if (boot.image.stat(directory)?.kind !== "directory") return;
      throw new Raises("vendor_data.prefix must be a string or a list", boot.because("vendor_data", "prefix"));
    }
    runScripts(boot, directory, words.map(pyStr));
  },
});
