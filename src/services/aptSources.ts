import type { Image } from "../image/image.ts";
import { readAptOptions } from "./apt/conf.ts";
import { readDeb822Sources } from "./apt/deb822.ts";
import type { SourceEntry } from "./apt/entry.ts";
import { readOneLineSources } from "./apt/oneLine.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

/**
 * Package sources of apt: "deb http://ftp.debian.org/debian bookworm" has the components and options as its value. The
 * options below Acquire, which include proxies, appear under their names.
 */
export const aptSources: Service = {
  name: "apt-sources",
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    for (const { type, uri, suite, components, options, path, line } of entries(image)) {
      const key = `${type} ${uri.replace(/\/{1,9}$/, "")} ${suite}`;
      const shown = [...options].map(([name, value]) => `${name}=${value}`).join(" ");
      const value = [...components, ...(shown === "" ? [] : [`[${shown}]`])].join(" ");
      settings.append({ key, value: value === "" ? "enabled" : value, path, line }, " ");
    }
    for (const option of readAptOptions(image)) {
      const key = option.key.replace(/^acquire::/i, "Acquire::");
      if (key.startsWith("Acquire::")) settings.put({ ...option, key });
    }
    return settings.list();
  },
  usual: ({ key }) =>
    /^deb(-src)? (mirror\+)?\w+:\/\/([\w-]+\.)*(deb|security|ftp|archive|ports|httpredir|cdn-aws\.deb|azure\.archive)[\w.-]*\.(debian|ubuntu)\.(org|com)(\/|$)/.test(
      // Hosts are shorter; the pattern takes long over a long one.
      key.slice(0, 400).split(" ").slice(0, 2).join(" "),
    )
      ? "installers write the distribution's public mirrors"
      : undefined,
};

/** The entries of all files that apt reads, in apt's order. */
function entries(image: Image): SourceEntry[] {
  const directory = "/etc/apt/sources.list.d";
  const parts = image.list(directory).filter((name) => /^[A-Za-z0-9_:-][A-Za-z0-9_.:-]*\.(list|sources)$/.test(name));
  return [
    ...readOneLineSources(image, "/etc/apt/sources.list"),
    ...parts.flatMap((name) => {
      const path = `${directory}/${name}`;
      return name.endsWith(".list") ? readOneLineSources(image, path) : readDeb822Sources(image, path);
    }),
  ];
}
