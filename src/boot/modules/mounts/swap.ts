import { findPair } from "../../../config/merge.ts";
import { wholeUnknown } from "../../../image/overlay.ts";
import { parentOf } from "../../../image/writeLog.ts";
import { Raises } from "../../../python/errors.ts";
import type { ConfigNode } from "../../../python/tree.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { ensureDirectory } from "./directory.ts";
import { type Fstab, fieldsOf } from "./fstab.ts";

const MIB = 1024 * 1024;

/**
 * Creates the file that `swap` names (cc_mounts.handle_swapcfg, 18.5 to 26.2). Returns its name if /etc/fstab gets a
 * line for it.
 */
export function makeSwapFile(boot: ModuleRun, fstab: Fstab): string | undefined {
  const swap = boot.config.node("swap");
  if (swap?.type !== "mapping") return undefined;
  const nameNode = findPair(swap, "filename")?.value;
  const sizeNode = findPair(swap, "size")?.value;
  if (sizeNode === undefined || !truthy(sizeNode) || (nameNode !== undefined && !truthy(nameNode))) return undefined;
  if (nameNode !== undefined && (nameNode.type !== "scalar" || nameNode.kind !== "str"))
    throw new Raises(`swap.filename must be a string, not ${pyStr(nameNode)}`, originOf(nameNode));
  const name = nameNode === undefined ? "/swap.img" : pyStr(nameNode);
  const size = sizeOf(boot, sizeNode, findPair(swap, "maxsize")?.value);
  // cloud-init runs in the root directory, but a name without any directory fails.
  if (size === undefined || size === 0 || !name.includes("/")) return undefined;
  return make(boot, name, size, fstab) ? name : undefined;
}

function make(boot: ModuleRun, name: string, size: number | "auto", fstab: Fstab): boolean {
  const because = boot.because("swap");
  const path = name.startsWith("/") ? name : `/${name}`;
  const existing = boot.image.stat(path);
  if (existing !== undefined && isSwap(name, fstab)) {
    boot.mayChange(path, "cloud-init creates it again unless it is already in use as swap", because);
    return true;
  }
  if ((existing !== undefined && existing.kind !== "file") || !ensureDirectory(boot, parentOf(path), because))
    return false;
  // 20.1 fails on the size that it computes.
  if (boot.since("20.1") && !boot.since("20.2")) return false;
  // Less than a MiB is rounded down to 0, for which mkswap fails.
  const tooSmall = size !== "auto" && size < MIB;
  if (tooSmall || boot.lacks("mkswap") || (boot.lacks("fallocate") && boot.lacks("dd"))) {
    boot.remove(path, because);
    return false;
  }
  const mebibytes =
    size === "auto" ? "a size that depends on the memory and the disk" : `${Math.trunc(size / MIB)} MiB`;
  boot.write(path, wholeUnknown(`a new swap area of ${mebibytes}`), because, { mode: 0o600 });
  boot.command(`mkswap ${name}`);
  return true;
}

/** Whether /etc/fstab lists the file as swap: it is then most likely in use when cloud-init runs. */
function isSwap(name: string, { kept, dropped }: Fstab): boolean {
  return [...kept, ...dropped].some((line) => {
    const [device, , type] = fieldsOf(line);
    return device === name && type === "swap";
  });
}

/** The size in bytes, "auto" if it depends on memory and disk; undefined if cloud-init gives up. */
function sizeOf(boot: ModuleRun, size: ConfigNode, maxsize: ConfigNode | undefined): number | "auto" | undefined {
  const isText = maxsize?.type === "scalar" && maxsize.kind === "str";
  if (size.type === "scalar" && size.value === "auto") {
    if (maxsize === undefined || (maxsize.type === "scalar" && maxsize.kind === "null")) return "auto";
    const most = bytesOf(boot, maxsize);
    return most === undefined || most < MIB ? most : "auto";
  }
  // An invalid maxsize fails even if it does not count.
  return isText && bytesOf(boot, maxsize) === undefined ? undefined : bytesOf(boot, size);
}

/** A number of bytes, or a string such as "1.5G" (util.human2bytes); undefined if it is neither. */
function bytesOf(boot: ModuleRun, node: ConfigNode): number | undefined {
  if (node.type !== "scalar") return undefined;
  if (["int", "float", "bool"].includes(node.kind)) return finite(Number(node.value));
  if (node.kind !== "str") return undefined;
  const text = pyStr(node).replace(boot.since("23.1") ? /i?B$/ : /B$/, "");
  const match = /^(.*?)([BKMGT]?)$/s.exec(text);
  const digits = match?.[1]?.trim() ?? "";
  if (!/^\+?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[+-]?\d+)?$/i.test(digits)) return undefined;
  return finite(Math.trunc(Number(digits.replaceAll("_", "")) * 1024 ** Math.max(0, "BKMGT".indexOf(match![2]!))));
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
