import type { Image } from "../image/image.ts";
import { readStatements, words } from "./lines.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";
import { assignmentIn } from "./shellVariables.ts";

/** Files with the system's locale. If several set a variable, the first file counts, and in one file the last line. */
const PLACES = [
  "/etc/default/locale", // Debian
  "/etc/locale.conf",
  "/etc/profile.d/50-cloud-init-locale.sh", // Alpine, written by cloud-init
  "/etc/sysconfig/i18n", // RHEL 6
  "/etc/sysconfig/language", // SUSE
];

/** LANG, LANGUAGE and LC_* of the system, and "generated locale ..." for each locale that /etc/locale.gen lists. */
export const locale: Service = {
  name: "locale",
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    for (const path of PLACES) {
      for (const setting of variablesIn(image, path)) settings.offer(setting);
    }
    const path = "/etc/locale.gen";
    for (const { text, number } of readStatements(image, path)) {
      settings.put({ key: `generated locale ${words(text).join(" ")}`, value: "yes", path, line: number });
    }
    return settings.list();
  },
  usual: ({ key, value }) =>
    /^(C|POSIX|C\.UTF-?8|en_US(\.UTF-?8)?)$/i.test(value) || key.startsWith("generated locale en_US.UTF-8")
      ? `every installer writes a locale such as ${value}`
      : undefined,
};

function variablesIn(image: Image, path: string): Setting[] {
  const settings = new SettingMap();
  for (const line of readStatements(image, path)) {
    const assignment = assignmentIn(line);
    const key = assignment?.name.replace(/^RC_(?=LANG|LC_)/, "");
    if (assignment !== undefined && /^(LANG|LANGUAGE|LC_[A-Z]+)$/.test(key!))
      settings.put({ key: key!, value: assignment.value, path, line: line.number });
  }
  return settings.list();
}
