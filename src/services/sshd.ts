import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import type { Service, Setting } from "./service.ts";
import { setByCloudImage, withoutCloudImage } from "./sshd/cloudImage.ts";
import { SSHD_NEEDS } from "./sshd/commandLine.ts";
import { readSshdSettings } from "./sshd/effective.ts";
import { opensshVersion } from "./sshd/version.ts";

/**
 * The settings that `sshd -T` would print, and those of Match blocks under keys such as "Match User deploy:
 * PasswordAuthentication". None without sshd_config, since sshd then does not start.
 */
export const sshd: Service = {
  name: "sshd",
  needs: SSHD_NEEDS,
  secret: () => undefined,
  usual: setByCloudImage,
  read(image: Image, distro: Distro): Setting[] {
    const version = opensshVersion(distro.packages);
    return withoutCloudImage(readSshdSettings(image, version), image, version);
  },
};
