import { type Image, readText } from "../../image/image.ts";
import type { Setting } from "../service.ts";
import { readDirectives } from "./directives.ts";
import { effectiveValue } from "./effective.ts";

const KEYWORD = "PasswordAuthentication";
const LINE = `${KEYWORD} no`;

/** Their file: the second since September 2022, the first for two weeks before (livecd-rootfs, 052-ssh_authentication). */
const FILES = ["10", "60"].map((number) => `/etc/ssh/sshd_config.d/${number}-cloudimg-settings.conf`);

/** Only cloud images have it, not machines that Ubuntu's installer made. */
const BUILD_INFO = "/etc/cloud/build.info";

/**
 * Why the makers of Ubuntu's cloud images may have set a value: they turn passwords off, in a file of their own or, in
 * 20.04 and the first images of 22.04, in sshd_config. Undefined for any other value, and if another file says the same.
 */
export function setByCloudImage({ key, value, path, line }: Setting, image: Image): string | undefined {
  if (key !== KEYWORD || value !== "no" || path === undefined) return undefined;
  const text = readText(image, path) ?? "";
  const isTheirs = FILES.some((file) => image.stat(file) !== undefined)
    ? FILES.includes(path) && text.trim() === LINE
    : image.stat(BUILD_INFO) !== undefined && text.split("\n")[line! - 1] === LINE;
  if (!isTheirs) return undefined;
  const isSaidAgain = readDirectives(image, ANY_VERSION).some(
    (other) => other.path !== path && other.keyword.name === KEYWORD && effectiveValue(other) === value,
  );
  return isSaidAgain ? undefined : "the makers of Ubuntu's cloud images turn passwords off";
}

/** The keyword is the same in every version. */
const ANY_VERSION = Number.POSITIVE_INFINITY;
