import { type Image, readText } from "../../image/image.ts";
import type { Setting } from "../service.ts";
import { type Directive, readDirectives, sshdConfigPath } from "./directives.ts";
import { effectiveValue } from "./effective.ts";
import type { OpensshVersion } from "./version.ts";

const KEYWORD = "PasswordAuthentication";
const LINE = `${KEYWORD} no`;

/** Their file: the second since September 2022, the first for two weeks before (livecd-rootfs, 052-ssh_authentication). */
const FILES = ["10", "60"].map((number) => `/etc/ssh/sshd_config.d/${number}-cloudimg-settings.conf`);

/** Only cloud images have it, not machines that Ubuntu's installer made. */
const BUILD_INFO = "/etc/cloud/build.info";

/**
 * Why the makers of Ubuntu's cloud images may have set a value: they turn passwords off, in a file of their own or, in
 * 20.04 and the first images of 22.04, in sshd_config. Undefined for any other value.
 */
export function setByCloudImage({ key, value, path, line }: Setting, image: Image): string | undefined {
  if (key !== KEYWORD || value !== "no" || path === undefined) return undefined;
  const text = readText(image, path) ?? "";
  const isTheirs = FILES.some((file) => image.stat(file) !== undefined)
    ? FILES.includes(path) && text.trim() === LINE
    : path === sshdConfigPath(image) && image.stat(BUILD_INFO) !== undefined && text.split("\n")[line! - 1] === LINE;
  return isTheirs ? "the makers of Ubuntu's cloud images turn passwords off" : undefined;
}

/** Settings as they are, but of two files that say the same, somebody else's instead of the one of the cloud image. */
export function withoutCloudImage(settings: Setting[], image: Image, version: OpensshVersion): Setting[] {
  const theirs = settings.find(({ key, path }) => key === KEYWORD && FILES.includes(path ?? ""));
  if (theirs === undefined) return settings;
  const isSame = ({ keyword, match, ...directive }: Directive) =>
    keyword.name === KEYWORD &&
    match === undefined &&
    effectiveValue({ keyword, match, ...directive }) === theirs.value;
  const other = readDirectives(image, version).find((one) => one.path !== theirs.path && isSame(one));
  if (other === undefined) return settings;
  return settings.map((one) => (one === theirs ? { ...one, path: other.path, line: other.line } : one));
}
