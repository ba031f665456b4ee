import type { SecretKind } from "../config/secret.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";

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
