import { hostnameAtBoot } from "../boot/hostname/hostname.ts";
import { hasSystemd } from "../boot/system/systemd.ts";
import type { Image } from "../image/image.ts";
import { type Started, startedAtBoot } from "./stages.ts";
import { PROGRAM_PATHS, STAND_INS } from "./standIns.ts";

/** What an image decides about the machine that it boots in. */
export interface Machine extends Started {
  readonly hostname: string;
  readonly hasSystemd: boolean;
  /** The stand-ins that the machine gets, by name. */
  readonly standIns: ReadonlyMap<string, string>;
  /** The image's programs that stand-ins hide: the name of the stand-in by path, with links followed. */
  readonly hidden: ReadonlyMap<string, string>;
}

/** One file that is many programs: hiding it would hide all. Who calls one by its name finds the stand-in first. */
const MULTI_CALL = /\/(busybox(\.\w+)?|toybox|coreutils)$/;

/** The machine that an image boots in. */
export function machineOf(image: Image): Machine {
  const standIns = new Map<string, string>();
  const hidden = new Map<string, string>();
  for (const [name, { text, isNeeded }] of STAND_INS) {
    if (isNeeded) standIns.set(name, text);
    for (const directory of PROGRAM_PATHS) {
      const path = image.realpath(`${directory}/${name}`);
      if (path === undefined || image.lstat(path)?.kind !== "file") continue;
      standIns.set(name, text);
      if (!MULTI_CALL.test(path)) hidden.set(path, name);
    }
  }
  return {
    ...startedAtBoot(image),
    hostname: hostnameAtBoot(image),
    hasSystemd: hasSystemd(image),
    standIns,
    hidden,
  };
}
