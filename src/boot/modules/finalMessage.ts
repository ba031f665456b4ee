import * as form from "../../config/schema/forms.ts";
import { wholeUnknown } from "../../image/overlay.ts";
import { defineModule } from "../module.ts";

/** cc_final_message: reports the end of the boot and records it in cloud-init's own files (18.5 to 26.2). */
export const finalMessage = defineModule({
  name: "final_message",
  frequency: "always",
  distros: "all",
  activatedBy: [],
  keys: {
    final_message: form.text,
  },
  run(boot) {
    const path = `${boot.instance.directory}/boot-finished`;
    boot.write(path, wholeUnknown("the duration and the time of the boot"), boot.listed);
  },
});
