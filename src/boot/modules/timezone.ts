import * as form from "../../config/schema/forms.ts";
import { pyStr } from "../../python/value.ts";
import { Failure } from "../failure.ts";
import { setSysconfig } from "../files/sysconfigVariable.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";

const LOCALTIME = "/etc/localtime";

/** cc_timezone: /etc/timezone and /etc/localtime (18.5 to 26.2). */
export const timezone = defineModule({
  name: "timezone",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["timezone"],
  needs: ["usr/share/zoneinfo"],
  keys: {
    timezone: form.text,
  },
  run(boot, args) {
    const zone = args[0] === undefined ? boot.config.text("timezone") : pyStr(args[0]);
    if (zone === undefined || zone === "") return;
    const because = boot.because("timezone");
    const file = zone.startsWith("/") ? zone : `/usr/share/zoneinfo/${zone}`;
    if (boot.image.stat(file)?.kind !== "file")
      throw new Failure({ code: "time-zone-missing", zone }, `the time zone ${zone} does not exist`, because);
    if (boot.facts.timezone === "link") {
      boot.remove(LOCALTIME, because);
      boot.symlink(LOCALTIME, file, because);
      return;
    }
    if (boot.facts.timezone === "clock") {
      setSysconfig(boot, "/etc/sysconfig/clock", "ZONE", zone, because);
      boot.rewrite(LOCALTIME, boot.image.read(file) ?? Buffer.alloc(0), because, { mode: modeOf(boot, file) });
      return;
    }
    boot.write("/etc/timezone", `${zone.trimEnd()}\n`, because);
    const target = boot.image.stat(LOCALTIME);
    if (boot.image.lstat(LOCALTIME)?.kind === "symlink" || target === undefined) {
      boot.remove(LOCALTIME, because);
      boot.symlink(LOCALTIME, file, because);
    } else {
      // shutil.copy copies the mode but keeps the owner.
      boot.rewrite(LOCALTIME, boot.image.read(file) ?? Buffer.alloc(0), because, { mode: modeOf(boot, file) });
    }
  },
});

function modeOf(boot: ModuleRun, file: string): number {
  return boot.image.stat(file)?.mode ?? 0o644;
}
