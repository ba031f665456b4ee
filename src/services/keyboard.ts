import type { Image } from "../image/image.ts";
import { readStatements } from "./lines.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";
import { assignmentIn } from "./shellVariables.ts";

/** Files of assignments for the keyboard of the console or of X, and the name of each in a setting's key. */
const FILES: readonly (readonly [path: string, label: string])[] = [
  ["/etc/vconsole.conf", "console"],
  ["/etc/default/keyboard", "keyboard"], // Debian
  ["/etc/sysconfig/keyboard", "console"], // RHEL 6, SUSE before systemd
  ["/etc/conf.d/keymaps", "console"], // Gentoo
  ["/etc/conf.d/loadkmap", "console"], // Alpine
];
const X11 = "/etc/X11/xorg.conf.d/00-keyboard.conf";

/** The keyboard's layout and the console's font: "console KEYMAP", "keyboard XKBLAYOUT", "X11 XkbLayout". */
export const keyboard: Service = {
  name: "keyboard",
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    for (const [path, label] of FILES) {
      const ofFile = new SettingMap();
      for (const line of readStatements(image, path)) {
        const assignment = assignmentIn(line);
        if (assignment === undefined || assignment.value === "") continue;
        const { name, value } = assignment;
        ofFile.put({ key: `${label} ${name}`, value, path, line: line.number });
      }
      for (const setting of ofFile.list()) settings.offer(setting);
    }
    for (const { text, number: line } of readStatements(image, X11)) {
      const [, name, value] = /^Option\s{1,99}"(Xkb\w+)"\s{1,99}"([^"]*)"/i.exec(text) ?? [];
      if (name !== undefined && value !== undefined) settings.put({ key: `X11 ${name}`, value, path: X11, line });
    }
    return settings.list();
  },
  usual: ({ key, value }) =>
    / (BACKSPACE|FONT\w*|XKBMODEL)$/i.test(key) || (/ (KEYMAP|XKBLAYOUT)$/i.test(key) && value === "us")
      ? "every installer writes a keyboard"
      : undefined,
};
