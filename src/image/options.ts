import type { RemoteOptions } from "../disk/remote/source.ts";

/** What a user can choose of an image. */
export interface OpenOptions extends RemoteOptions {
  /** Which of several roots, from 1 in the order in which a message lists them. */
  readonly root?: number;
  /** Which of a container image's platforms: OS/ARCHITECTURE[/VARIANT]. */
  readonly platform?: string;
  /** How many bytes a temporary file may take, which a compressed disk needs. */
  readonly maxTemporary?: number;
  /** Called while an image on another machine is downloaded as a whole: with the bytes so far, and all if that is known. */
  readonly downloaded?: (bytes: number, size: number | undefined) => void;
}
