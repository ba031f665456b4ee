import type { Image } from "../image/image.ts";
import { readZyppIni, repositorySecret } from "./repositories/ini.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

const DIRECTORIES = [
  { path: "/etc/zypp/repos.d", suffix: ".repo" },
  { path: "/etc/zypp/services.d", suffix: ".service" },
];
const SWITCHES = new Set(["autorefresh", "enabled", "gpgcheck", "keeppackages", "pkg_gpgcheck", "repo_gpgcheck"]);

/**
 * Package sources of zypper: "repo-oss baseurl" is an option of a repository or a service, "zypp.conf
 * solver.onlyRequires" one of /etc/zypp/zypp.conf, where the last line counts.
 */
export const zypperRepositories: Service = {
  name: "zypper-repositories",
  secret: repositorySecret,
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    for (const { path: directory, suffix } of DIRECTORIES) {
      for (const name of image.list(directory).filter((file) => file.endsWith(suffix))) {
        const path = `${directory}/${name}`;
        const ofFile = new SettingMap();
        for (const { section, name: option, value, line } of readZyppIni(image, path)) {
          const setting = { key: `${section} ${option}`, value: optionValue(option, value), path, line };
          if (value === "") continue;
          if (option === "baseurl") ofFile.append(setting, " ");
          else ofFile.put(setting);
        }
        for (const { key } of ofFile.list()) ofFile.offer({ key: key.replace(/ \S+$/, " enabled"), value: "1" });
        for (const setting of ofFile.list()) settings.put(setting);
      }
    }
    const path = "/etc/zypp/zypp.conf";
    for (const { name, value, line } of readZyppIni(image, path))
      settings.put({ key: `zypp.conf ${name}`, value, path, line });
    return settings.list();
  },
};

function optionValue(name: string, text: string): string {
  if (!SWITCHES.has(name)) return text;
  return /^(1|yes|true|on|always)$/i.test(text) ? "1" : "0";
}
