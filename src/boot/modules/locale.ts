import { isFalse } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import type { Origin } from "../../image/origin.ts";
import { Raises } from "../../python/errors.ts";
import { pyStr } from "../../python/value.ts";
import { header } from "../files/makeHeader.ts";
import { strictText } from "../files/strictText.ts";
import { readSysconfig } from "../files/sysconfigFile.ts";
import { setSysconfig } from "../files/sysconfigVariable.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";
import { applyDebianLocale, debianLocale } from "./locale/debian.ts";

const LOCALE_CONF = "/etc/locale.conf";
/** cc_locale: generates the configured locale, or a default, and makes it the system's (18.5 to 26.2). */
export const locale = defineModule({
  name: "locale",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  needs: [
    ...programs("locale-gen update-locale"),
    "usr/lib/locale",
    "usr/share/i18n/SUPPORTED",
    "usr/share/i18n/locales",
    "usr/local/share/i18n/locales",
  ],
  keys: {
    locale: form.either(form.flag, form.text),
    locale_configfile: form.text,
  },
  run(boot, args) {
    const wanted = args[0] === undefined ? (boot.config.text("locale", defaultLocale(boot)) ?? "") : pyStr(args[0]);
    if (isFalse(wanted)) return;
    const because = boot.because("locale");
    const file = boot.config.text("locale_configfile");
    switch (boot.facts.locale) {
      case "default-locale":
        return applyDebianLocale(boot, wanted, file, because);
      case "raspi-config":
        return raspberryPi(boot, wanted, because);
      case "locale.conf":
        return localeConf(boot, wanted, file, because);
      case "profile.d":
        return alpine(boot, wanted, file, because);
      case "locale.gen":
        return arch(boot, wanted, because);
      case "eselect":
        return gentoo(boot, wanted, because);
      case "none":
        return;
    }
  },
});

/** The default of the distro class, else DataSource.default_locale. */
function defaultLocale(boot: ModuleRun): string {
  const { family } = boot.facts;
  if (family === "debian") return debianLocale(boot);
  if (family === "alpine") return "C.UTF-8";
  if (!boot.since("22.2") || !boot.facts.keepsLocale) return "en_US.UTF-8";
  return readSysconfig(strictText(boot, boot.facts.localeFile) ?? "")?.get("LANG") || "en_US.UTF-8";
}

function localeConf(boot: ModuleRun, wanted: string, file: string | undefined, because: Origin): void {
  setSysconfig(boot, file || boot.facts.localeFile, "LANG", wanted, because);
  if (["photon", "mariner"].includes(boot.facts.family)) boot.command("systemctl restart systemd-localed");
}

function alpine(boot: ModuleRun, wanted: string, file: string | undefined, because: Origin): void {
  const variables = ["CHARSET=UTF-8", `LANG=${wanted}`, "LC_COLLATE=C"].map((variable) => `export ${variable}\n`);
  const top = "#\n# This file is created by cloud-init once per new instance boot\n#\n";
  const name = boot.since("23.2") ? "50-cloud-init-locale.sh" : "locale.sh";
  boot.write(file || `/etc/profile.d/${name}`, top + variables.join(""), because);
}

function arch(boot: ModuleRun, wanted: string, because: Origin): void {
  boot.write("/etc/locale.gen", `${header(boot, "Created")}\n${wanted} UTF-8\n`, because);
  boot.command("locale-gen");
  boot.command(`localectl set-locale ${wanted}`);
  boot.mayChange(LOCALE_CONF, "localectl sets LANG in it", because);
}

/** Whatever is asked for, the locale is the one of the distro class (distros/gentoo.py, 18.5 to 26.2). */
function gentoo(boot: ModuleRun, wanted: string, because: Origin): void {
  if (boot.config.has("locale") && wanted !== "en_US.UTF-8")
    boot.note("locale-ignored", { wanted, set: "en_US.UTF-8" }, because);
  // The mode in cloud-init is 644 in decimal.
  boot.write("/etc/locale.gen", "C.UTF8 UTF-8\nen_US.UTF-8 UTF-8", because, { mode: 644 });
  boot.command("locale-gen");
  if (boot.lacks("eselect")) throw new Raises("eselect is not installed", because);
  boot.command("eselect locale set en_US.UTF-8");
  boot.mayChange("/etc/env.d/02locale", "eselect sets LANG in it", because);
}

function raspberryPi(boot: ModuleRun, wanted: string, because: Origin): void {
  boot.command(`/usr/bin/raspi-config nonint do_change_locale ${wanted}`);
  for (const path of ["/etc/locale.gen", "/etc/default/locale", LOCALE_CONF])
    if (boot.image.stat(path) !== undefined) boot.mayChange(path, "raspi-config changes the locale", because);
}
