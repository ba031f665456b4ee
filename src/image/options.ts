import type { RemoteOptions, RemoteUsage } from "../disk/remote/source.ts";
import type { ContentStore } from "./store.ts";

/** That all of an image is kept where it can be read only once. */
export interface Whole {
  readonly store?: ContentStore;
}

/** What a user can choose of an image. */
export interface OpenOptions extends RemoteOptions {
  /** Which of several roots, from 1 in the order in which a message lists them. */
  readonly root?: number;
  /** Which of a container image's platforms: OS/ARCHITECTURE[/VARIANT]. */
  readonly platform?: string;
  /** How many bytes a temporary file may take, which a compressed disk needs. */
  readonly maxTemporary?: number;
  /** Whether all of it is needed, to be unpacked. Without this, what can be read only once is kept in part. */
  readonly isWhole?: boolean;
  /** Whether several threads of this program open the same image on another machine, of which each part is read once then. */
  readonly isShared?: boolean;
  /** Called with what was read of an image on another machine when it is closed, or could not be opened. */
  readonly closed?: (usage: RemoteUsage) => void;
  /** Called while an image on another machine is downloaded as a whole: with the bytes so far, and all if that is known. */
  readonly downloaded?: (bytes: number, size: number | undefined) => void;
}
