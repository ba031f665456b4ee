import type { ConfigValue } from "../../config/tree.ts";
import { pyStr, truthy } from "../../config/value.ts";
import type { ModuleRun } from "../module.ts";
import { wholeUnknown } from "../overlay.ts";
import { splitLines } from "../splitLines.ts";
import { FSTAB } from "./fstab.ts";

const MIB = 1024 * 1024;

/** Makes the file of `swap` (cc_mounts.handle_swapcfg, 20.4 to 26.2). Answers its path if there is one to mount. */
export function makeSwap(boot: ModuleRun): string | undefined {
  const { filename = "/swap.img", size = 0 } = swapSettings(boot);
  if (typeof filename !== "string" || filename === "" || !truthy(size)) return undefined;
  if (inUse(boot, filename)) return filename;
  const because = boot.because("swap");
  const auto = String(size).toLowerCase() === "auto";
  const bytes = auto ? Number.POSITIVE_INFINITY : bytesOf(size);
  // mkswap refuses what is smaller than a MiB, since that is rounded to nothing.
  if (bytes === undefined || bytes < MIB) return undefined;
  const large = auto ? "as large as memory and disk make it" : `of ${Math.floor(bytes / MIB)} MiB`;
  boot.command(`mkswap ${filename}`);
  boot.write(filename, wholeUnknown(`swap space ${large}`), because, { mode: 0o600 });
  return filename;
}

function swapSettings(boot: ModuleRun): { filename?: ConfigValue; size?: ConfigValue } {
  const value = boot.config.get("swap");
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** A file that /etc/fstab names as swap is in use when cloud-init comes. */
function inUse(boot: ModuleRun, path: string): boolean {
  if (boot.image.stat(path) === undefined) return false;
  return splitLines(boot.text(FSTAB) ?? "").some((line) => {
    const [device, , type] = line.trim().split(/\s+/);
    return device === path && type === "swap";
  });
}

/** A size such as 10M, 10MB or 10MiB, all of which are MiB (util.human2bytes); undefined where it is none. */
function bytesOf(size: ConfigValue): number | undefined {
  if (typeof size === "number") return size;
  const match = /^\s*\+?(\d+\.?\d*|\.\d+)\s*([BKMGT]?)$/.exec(pyStr(size).replace(/i?B$/, ""));
  if (match === null) return undefined;
  return Number(match[1]) * 1024 ** Math.max(0, "BKMGT".indexOf(match[2] || "B"));
}
