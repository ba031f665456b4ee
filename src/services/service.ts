import type { SecretKind } from "../config/secret.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";

/** Given where a setting is not customised at all, though its file is no package's. */
export const NOT_CUSTOMISED = "not customised";

/** A lens over an image: the effective settings of one thing that people customise. */
export interface Service {
  /** The name findings and rules use: "sshd", "host-keys", "hostname" ... */
  readonly name: string;
  /**
   * Every effective setting of the service in this image, each with the place it comes from.
   * @throws UnreadableService where its configuration cannot be read whole.
   */
  read(image: Image, distro: Distro): Setting[];
  /**
   * What the value of a setting is where reports hide it; told by the last word of its key where a service does not say.
   * Values that look like a secret are hidden in any case.
   */
  readonly secret?: (key: string) => SecretKind | undefined;
  /**
   * Why a value may well have been written by an installer or image tool, which makes it weak evidence; NOT_CUSTOMISED
   * where nobody chose it; undefined where only a person or their tool would have written it.
   */
  readonly usual?: (setting: Setting, image: Image) => string | undefined;
  /** The paths outside /etc that it reads, relative to the root; a directory stands for all that is in it. */
  readonly needs?: readonly string[];
}

/** One effective setting. Two settings of a service are the same setting when their keys are equal. */
export interface Setting {
  /** What it is called, as its users call it: "PasswordAuthentication", "127.0.1.1", "UUID=... /data". */
  readonly key: string;
  /** Its effective value, in one line; parts that only a boot can tell stand as `<<unknown:REASON>>`. */
  readonly value: string;
  /** The file that sets it; undefined where it is a built-in default. */
  readonly path?: string;
  /** Line in `path`, from 1; undefined where the whole file is meant. */
  readonly line?: number;
}
