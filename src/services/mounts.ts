import type { Image } from "../image/image.ts";
import { readStatements, words } from "./lines.ts";
import { NOT_CUSTOMISED, type Service, type Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

/**
 * The entries of /etc/fstab by mount point, or as "swap <device>". Several devices are mounted one over the other; of
 * several lines for the same device and mount point the first counts, for systemd-fstab-generator and for mount -a.
 */
export const mounts: Service = {
  name: "mounts",
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    const path = "/etc/fstab";
    const seen = new Set<string>();
    for (const { text, number } of readStatements(image, path)) {
      const [device, point, type = "auto", options = "defaults"] = words(text);
      if (point === undefined) continue;
      if (seen.has(`${device} ${point}`)) continue;
      seen.add(`${device} ${point}`);
      const key = type === "swap" ? `swap ${device}` : point;
      settings.append({ key, value: `${device} ${type} ${options}`, path, line: number }, "; ");
    }
    return settings.list();
  },
  usual: ({ key, value }, image) => {
    if (value.includes(MARK)) return isCloudInitsOwn(key, value, image) ? NOT_CUSTOMISED : usualRoot(key);
    return /^(\/|\/boot|\/boot\/efi|\/efi|\/home|none|swap .*|\/media\/.*|\/proc|\/sys|\/tmp|\/dev\/.*)$/.test(key)
      ? "installers write the usual file systems"
      : undefined;
  },
};

/** The mount option by which cloud-init recognises the lines that it wrote (cc_mounts, 18.5 to 26.2). */
const MARK = "comment=cloudconfig";

/** No installer writes a marked line, and the root is mounted whether or not its line is left. */
function usualRoot(key: string): string | undefined {
  return key === "/" ? "the root is mounted without its line" : undefined;
}

/**
 * A line that only the machine of the build needed: of the disk that its cloud lent it, which cloud-init mounts without
 * being asked, or of a swap file on such a disk.
 */
function isCloudInitsOwn(key: string, value: string, image: Image): boolean {
  if (key === "/mnt")
    return /^\S+ auto defaults,(?:nobootwait|nofail(?:,x-systemd\.\S+?)?(?:,_netdev)?),comment=cloudconfig$/.test(
      value,
    );
  const [, device] = /^swap (.*)$/s.exec(key) ?? [];
  return device !== undefined && / swap sw,comment=cloudconfig$/.test(value) && image.stat(device)?.kind !== "file";
}
