import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import type { Service, Setting } from "./service.ts";
import { SSHD_NEEDS } from "./sshd/commandLine.ts";
import { readSshdSettings } from "./sshd/effective.ts";
import { opensshVersion } from "./sshd/version.ts";

/**
 * What `sshd -T` would print, and below keys such as "Match User deploy: PasswordAuthentication" what the Match blocks
 * set. Nothing where there is no sshd_config, for then sshd does not start.
 */
export const sshd: Service = {
  name: "sshd",
  needs: SSHD_NEEDS,
  secret: () => undefined,
  read(image: Image, distro: Distro): Setting[] {
    return readSshdSettings(image, opensshVersion(distro.packages));
  },
};
