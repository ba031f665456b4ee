import type { Image } from "../image/image.ts";
import { readStatements, words } from "./lines.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

/**
 * Package sources of apk: the key is a repository's URL, the value is "enabled" or the tag (@edge) with which packages
 * from it can be requested.
 */
export const apkRepositories: Service = {
  name: "apk-repositories",
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    const directory = "/etc/apk/repositories.d";
    const more = image.list(directory).filter((name) => name.endsWith(".list"));
    for (const path of ["/etc/apk/repositories", ...more.map((name) => `${directory}/${name}`)]) {
      for (const { text, number: line } of readStatements(image, path)) {
        const [first = "", second] = words(text);
        const tagged = first.startsWith("@") && second !== undefined;
        const url = (tagged ? second : first).replace(/\/{1,9}$/, "");
        settings.offer({ key: url, value: tagged ? first : "enabled", path, line });
      }
    }
    return settings.list();
  },
  usual: ({ key }) =>
    /^https?:\/\/dl-\w+\.alpinelinux\.org\/alpine\//.test(key) ? "every image has Alpine's mirrors" : undefined,
};
