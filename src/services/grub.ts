import type { Image } from "../image/image.ts";
import { readLines } from "./lines.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

const DATABASE = "/var/cache/debconf/config.dat";
const QUESTION = /^Name: (grub-(?:pc|efi)\/install_devices)$/;

/** The disks and EFI partitions to which Debian's GRUB packages install GRUB on every upgrade. */
export const grub: Service = {
  name: "grub",
  needs: [DATABASE.slice(1)],
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    let key: string | undefined;
    for (const { text, number: line } of readLines(image, DATABASE)) {
      if (text === "" || text.startsWith("Name: ")) key = QUESTION.exec(text)?.[1];
      const value = key !== undefined && text.startsWith("Value:") ? text.slice("Value:".length).trim() : "";
      if (key !== undefined && value !== "") settings.put({ key, value, path: DATABASE, line });
    }
    return settings.list();
  },
  usual: ({ value }) => (value.includes(",") ? undefined : "installers write the disk that they install GRUB to"),
};
