import * as form from "../../config/schema/forms.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { distrosBy } from "./distroNames.ts";

/** cc_apt_pipelining: how many requests apt sends at once to a server (18.5 to 26.2). */
export const aptPipelining = defineModule({
  name: "apt_pipelining",
  frequency: "once-per-instance",
  distros: distrosBy([
    ["0", "ubuntu", "debian"],
    ["25.2", "raspberry-pi-os"],
  ]),
  activatedBy: ["apt_pipelining"],
  keys: {
    apt_pipelining: form.either(
      form.whole,
      form.flag,
      form.values("os"),
      form.deprecated(form.values("none", "unchanged"), "22.4", "write os instead"),
    ),
  },
  run(boot) {
    const value = boot.config.get("apt_pipelining");
    const wanted = value === undefined ? (boot.since("19.1") ? "os" : "false") : pyStr(value).toLowerCase().trim();
    if (["none", "unchanged", "os"].includes(wanted)) return;
    if (!/^(false|[0-5])$/.test(wanted)) {
      boot.note("apt-pipelining-invalid", { value: wanted }, boot.because("apt_pipelining"));
      return;
    }
    const depth = wanted === "false" ? "0" : wanted;
    const lines = `//Written by cloud-init per 'apt_pipelining'\nAcquire::http::Pipeline-Depth "${depth}";\n`;
    boot.write("/etc/apt/apt.conf.d/90cloud-init-pipelining", lines, boot.because("apt_pipelining"));
  },
});
