import { findPair } from "../../../config/merge.ts";
import { unknown } from "../../../image/unknown.ts";
import { Raises } from "../../../python/errors.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** The device in /etc/fstab for a device that `mounts` names. */
export interface Device {
  /** Contains a placeholder if it depends on the machine's disks. */
  readonly name: string;
  /** Whether cloud-init finds a device of this name; it writes the name unchanged if not. */
  readonly found: "yes" | "no" | "maybe";
  /** Whether it is a name that only a cloud gives, and this one does not. */
  readonly isForeign?: true;
  /** Whether the placeholder may stand for this name. */
  mayBe(name: string): boolean;
}

/**
 * The device behind a name (cc_mounts.sanitize_devname, 18.5 to 26.2): a disk or its first partition. Only disks are
 * ever found; labels, UUIDs, partitions and file systems without a device are written unchanged.
 * @throws Raises if device_aliases is invalid
 */
export function findDevice(boot: ModuleRun, name: string): Device {
  const asGiven: Device = { name, found: "no", mayBe: () => false };
  if (boot.since("20.2") && /^.+:/.test(name)) return { ...asGiven, found: "yes" };
  const dot = name.lastIndexOf(".");
  const base = name === "ephemeral" ? "ephemeral0" : dot === -1 ? name : name.slice(0, dot);
  const partition = dot === -1 ? undefined : name.slice(dot + 1);
  const device = aliased(boot, base);
  if (isCloudName(device))
    return cloudNames(boot, device) ? cloudDevice(name, device) : { ...asGiven, isForeign: true };

  const isShort = /^(x?[shv]d[a-z]\d*|sr\d+)$/.test(name);
  const path = isShort ? `/dev/${device}` : device;
  const maybe = (written: string): Device => ({
    name: written,
    found: "maybe",
    mayBe: (other) => [name, ...namesOf(path, partition)].includes(other),
  });
  if (isShort) return maybe(unknown(`the name of ${path} on the machine`));
  if (!isDisk(path) || (partition !== undefined && !/^\d{1,3}$/.test(partition))) return asGiven;
  if (partition !== undefined) return maybe(unknown(`the name of partition ${partition} of ${path} on the machine`));
  if (path !== name) return maybe(unknown(`the name of ${path} on the machine`));
  return maybe(`${path}${unknown("the number of its first partition, if it has one")}`);
}

/** A name that device_aliases (since 21.3) may replace. */
function aliased(boot: ModuleRun, name: string): string {
  const aliases = boot.config.node("device_aliases");
  if (!boot.since("21.3") || aliases === undefined || !truthy(aliases)) return name;
  if (aliases.type !== "mapping") throw new Raises("device_aliases must be a mapping", originOf(aliases));
  const alias = findPair(aliases, name)?.value;
  if (alias === undefined) return name;
  if (alias.type !== "scalar" || alias.kind !== "str")
    throw new Raises(`device_aliases.${name} must be a string`, originOf(alias));
  return pyStr(alias);
}

/** Names that cloud-init asks the cloud about. */
function isCloudName(name: string): boolean {
  return ["ami", "root", "swap"].includes(name) || /^(ephemeral|ebs)[\w.-]{0,100}$/.test(name);
}

function cloudDevice(name: string, device: string): Device {
  return {
    name: unknown(`the disk that the cloud calls ${device}`),
    found: "maybe",
    mayBe: (other) => other === name || other.startsWith("/dev/"),
  };
}

/** Datasources that map names such as "ephemeral0" to disks (device_name_to_device, 18.5 to 26.2). */
const NAMING_DATASOURCES = ["Azure", "ConfigDrive", "Ec2", "OpenStack", "SmartOS"];

/** Names besides ephemeral0 that Azure maps (DataSourceAzure, 18.5 to 26.2). */
const AZURE_NAMES = ["datasource", "Azure", "disk_aliases"];

/** Whether the cloud may map the name to a disk; if the cloud is not known, any of datasource_list may be used. */
function cloudNames(boot: ModuleRun, name: string): boolean {
  const naming = boot.since("25.1") ? NAMING_DATASOURCES : [...NAMING_DATASOURCES, "AliYun"];
  const { datasource } = boot.cloud;
  if (datasource === "Azure") return name === "ephemeral0" || boot.config.node(...AZURE_NAMES, name) !== undefined;
  if (datasource !== undefined) return naming.includes(datasource);
  const listed = boot.config.get("datasource_list");
  return !Array.isArray(listed) || listed.some((name) => naming.includes(String(name)));
}

/** Whole disks, of which the first partition is used if there is one. */
function isDisk(path: string): boolean {
  return (
    /^\/dev\/((x?[shv]d|dasd)[a-z]{1,4}|(nvme\d{1,4}n|mmcblk|md|nbd|loop|pmem)\d{1,4})$/.test(path) ||
    (/^\/dev\/disk\/(by-id|by-path|azure|cloud)\/[\w./+=@-]{1,200}$/.test(path) && !/-part\d+$/.test(path))
  );
}

/** The possible names of a disk or, if one is requested, of its partition. */
function namesOf(path: string, partition: string | undefined): string[] {
  const partitions = ["", "p", "-part"].map((between) => `${path}${between}${partition ?? "1"}`);
  return partition === undefined ? [path, ...partitions] : partitions;
}
