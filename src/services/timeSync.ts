import type { Image } from "../image/image.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";
import { type NtpDirective, readChronyDirectives, readNtpDirectives } from "./timeSync/ntpDirectives.ts";
import { readTimesyncdSettings } from "./timeSync/timesyncd.ts";

const CHRONY = ["/etc/chrony/chrony.conf", "/etc/chrony.conf"];
const NTP = ["/etc/ntpsec/ntp.conf", "/etc/ntp.conf"];
const SOURCES = new Set(["server", "pool", "peer"]);

/**
 * Time synchronisation, for each configured client: "chrony servers" lists its servers, pools and peers in order with their
 * options, "chrony makestep" the arguments of all lines of that directive; "timesyncd NTP" is systemd-timesyncd's NTP.
 */
export const timeSync: Service = {
  name: "time-sync",
  secret: (key) => (key.endsWith(" crypto") ? "password" : undefined),
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    const chrony = CHRONY.find((path) => image.stat(path)?.kind === "file");
    const ntp = NTP.find((path) => image.stat(path)?.kind === "file");
    if (chrony !== undefined) collect(settings, "chrony", readChronyDirectives(image, chrony));
    if (ntp !== undefined) collect(settings, "ntp", readNtpDirectives(image, ntp));
    for (const setting of readTimesyncdSettings(image)) settings.put({ ...setting, key: `timesyncd ${setting.key}` });
    return settings.list();
  },
};

function collect(settings: SettingMap, client: string, directives: readonly NtpDirective[]): void {
  for (const { name, args, path, line } of directives) {
    const isSource = SOURCES.has(name);
    const key = `${client} ${isSource ? "servers" : name}`;
    const value = (isSource ? [name, ...args] : args).join(" ");
    settings.append({ key, value: value === "" ? "yes" : value, path, line }, ", ");
  }
}
