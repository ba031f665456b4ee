import type { Image } from "../image/image.ts";
import { readLines, words } from "./lines.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

/** The names in /etc/hosts, each with its addresses in the order of the file, which is their order of preference. */
export const hosts: Service = {
  name: "hosts",
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    const path = "/etc/hosts";
    for (const { text, number } of readLines(image, path)) {
      const [address, ...names] = words(text.split("#", 1)[0]!);
      for (const name of new Set(names.map((one) => one.toLowerCase())))
        settings.append({ key: name, value: address!, path, line: number }, " ");
    }
    return settings.list();
  },
  usual: ({ key }, image) => {
    const own = image.read("/etc/hostname")?.toString("utf8").trim().toLowerCase();
    const ofThisHost = key === own || (own !== undefined && key.startsWith(`${own}.`));
    return /^(localhost.*|ip6-.*|broadcasthost|metadata\.google\.internal)$/.test(key) || ofThisHost
      ? "every installer writes the entries of the host itself"
      : undefined;
  },
};
