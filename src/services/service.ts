import type { SecretKind } from "../config/secret.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";

/** The reason for a setting that is not customised although its file belongs to no package. */
export const NOT_CUSTOMISED = "not customised";

/** A view of an image: the effective settings of one thing that people customise. */
export interface Service {
  /** The name that findings and rules use: "sshd", "host-keys", "hostname" ... */
  readonly name: string;
  /**
   * Every effective setting of the service in this image, each with the place it comes from.
   * @throws UnreadableService if its configuration cannot be read completely.
   */
  read(image: Image, distro: Distro): Setting[];
  /**
   * The kind of secret that the value of a setting is, if reports hide it. Without this function, the last word of the key
   * decides. Values that look like a secret are always hidden.
   */
  readonly secret?: (key: string) => SecretKind | undefined;
  /**
   * Why an installer or image tool may have written a value, which makes it weak evidence; NOT_CUSTOMISED if nobody chose
   * it; undefined if only a person or their tool would have written it.
   */
  readonly usual?: (setting: Setting, image: Image) => string | undefined;
  /** The paths outside /etc that it reads, relative to the root; a directory stands for everything in it. */
  readonly needs?: readonly string[];
}

/** One effective setting. Two settings of a service are the same setting when their keys are equal. */
export interface Setting {
  /** Its name, as users know it: "PasswordAuthentication", "127.0.1.1", "UUID=... /data". */
  readonly key: string;
  /** Its effective value, on one line; parts that only the boot determines are `<<unknown:REASON>>`. */
  readonly value: string;
  /** The file that sets it; undefined for a built-in default. */
  readonly path?: string;
  /** The line in `path`, from 1; undefined for the whole file. */
  readonly line?: number;
}
