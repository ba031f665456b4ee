import type { Image } from "../image/image.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";
import { type NtpDirective, readChronyDirectives, readNtpDirectives } from "./timeSync/ntpDirectives.ts";
import { readTimesyncdSettings, TIMESYNCD_NEEDS } from "./timeSync/timesyncd.ts";

const CHRONY = ["/etc/chrony/chrony.conf", "/etc/chrony.conf"];
const NTP = ["/etc/ntpsec/ntp.conf", "/etc/ntp.conf"];
const SOURCES = new Set(["server", "pool", "peer"]);

/** Where distributions point a clock at. */
const DISTRIBUTIONS_CLOCK =
  /^(?:(?:server|pool|peer) )?(?:(?:\d\.)?(?:[a-z]+\.)?pool\.ntp\.org|ntp(?:-bootstrap)?\.ubuntu\.com|169\.254\.169\.123|time\.google\.com|metadata\.google\.internal)(?: |$)/;

/**
 * Time synchronisation, for each configured client: "chrony servers" lists its servers, pools and peers in order with their
 * options, "chrony makestep" the arguments of all lines of that directive; "timesyncd NTP" is systemd-timesyncd's NTP.
 */
export const timeSync: Service = {
  name: "time-sync",
  needs: [...TIMESYNCD_NEEDS, "run/chrony-dhcp"],
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
  usual: ({ key, value }) =>
    / servers$|^timesyncd (NTP|FallbackNTP)$/.test(key) &&
    value.split(key.startsWith("timesyncd") ? " " : ", ").every((server) => DISTRIBUTIONS_CLOCK.test(server))
      ? "distributions ship these time servers"
      : undefined,
};

function collect(settings: SettingMap, client: string, directives: readonly NtpDirective[]): void {
  for (const { name, args, path, line } of directives) {
    const isSource = SOURCES.has(name);
    const key = `${client} ${isSource ? "servers" : name}`;
    const value = (isSource ? [name, ...args] : args).join(" ");
    settings.append({ key, value: value === "" ? "yes" : value, path, line }, ", ");
  }
}
