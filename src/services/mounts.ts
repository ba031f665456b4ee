import type { Image } from "../image/image.ts";
import { readStatements, words } from "./lines.ts";
import { NOT_CUSTOMISED, type Service, type Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

/** The entries of /etc/fstab by mount point, or as "swap <device>"; a repeated mount point is mounted twice. */
export const mounts: Service = {
  name: "mounts",
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    const path = "/etc/fstab";
    for (const { text, number } of readStatements(image, path)) {
      const [device, point, type = "auto", options = "defaults"] = words(text);
      if (point === undefined) continue;
      const key = type === "swap" ? `swap ${device}` : point;
      settings.append({ key, value: `${device} ${type} ${options}`, path, line: number }, "; ");
    }
    return settings.list();
  },
  usual: ({ key, value }) => {
    // What the mounts module wrote itself where the configuration gives no other options.
    if (/ defaults,nofail,x-systemd\.\S+,comment=cloudconfig$/.test(value)) return NOT_CUSTOMISED;
    return /^(\/|\/boot|\/boot\/efi|\/efi|\/home|none|swap .*|\/media\/.*|\/proc|\/sys|\/tmp|\/dev\/.*)$/.test(key)
      ? "installers write the usual file systems"
      : undefined;
  },
};
