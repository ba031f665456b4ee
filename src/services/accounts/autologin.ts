import { dropInsOf, UNIT_DIRECTORIES, unitOrTemplate } from "../../distro/units.ts";
import type { Image } from "../../image/image.ts";
import { readStatements } from "../lines.ts";

/** A getty that logs in without a password: agetty's --autologin, BusyBox's shells, login -f. */
const AUTOMATIC = /\s(-a|--autologin)[\s=]+\S|\blogin\s+-f\b|:(askfirst|respawn|once):-?\/bin\/(ba|a|da)?sh\b/;

const GETTYS = /^(.*-)?getty@?[^/]*\.service(\.d)?$/;

/** Whether a console of the image logs somebody in without a password. */
export function logsInAutomatically(image: Image): boolean {
  const units = new Set(["getty@tty1.service", "serial-getty@ttyS0.service", "console-getty.service"]);
  for (const directory of UNIT_DIRECTORIES)
    for (const name of image.list(directory).filter((name) => GETTYS.test(name))) units.add(name.replace(/\.d$/, ""));
  const files = [...units].flatMap((unit) => [unitOrTemplate(image, unit) ?? [], dropInsOf(image, unit)].flat());
  return ["/etc/inittab", ...new Set(files)].some((path) =>
    readStatements(image, path).some(({ text }) => text.length < 1000 && AUTOMATIC.test(text)),
  );
}
