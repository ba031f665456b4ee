import { pyStr, toValue } from "../../config/value.ts";
import type { ModuleRun } from "../module.ts";
import { unknown } from "../unknown.ts";

/** Datasources that give devices names of their own (device_name_to_device in cloudinit/sources, 20.4 to 26.2). */
const NAMING_DATASOURCES = ["AliYun", "Azure", "ConfigDrive", "Ec2", "OpenStack", "SmartOS"];

/** Whether the cloud may have a device that it calls "ephemeral0" and its like: nobody knows where none is named. */
export function cloudNamesDevices(boot: ModuleRun): boolean {
  const { datasource } = boot.cloud;
  return datasource === undefined || NAMING_DATASOURCES.includes(datasource);
}

/**
 * The device that a name in `mounts` stands for (cc_mounts.sanitize_devname, 20.4 to 26.2), unknown where it depends on
 * the machine's disks. Undefined where cloud-init finds no block device behind the name; it is then taken as it is.
 */
export function findDevice(boot: ModuleRun, name: string): string | undefined {
  if (/^.+:/.test(name)) return name;
  const dot = name.lastIndexOf(".");
  const base = name === "ephemeral" ? "ephemeral0" : dot === -1 ? name : name.slice(0, dot);
  const device = aliasOf(boot, base) ?? base;
  if (isCloudName(device))
    return cloudNamesDevices(boot) ? unknown(`the device that the cloud calls ${device}`) : undefined;
  const path = /^(x?[shv]d[a-z]\d*|sr\d+)$/.test(name) ? `/dev/${device}` : device;
  return mayHavePartitions(path)
    ? unknown(`the disk ${path} or its first partition, as the machine has it`)
    : undefined;
}

function aliasOf(boot: ModuleRun, name: string): string | undefined {
  if (!boot.since("21.3")) return undefined;
  const node = boot.config.node("device_aliases", name);
  return node === undefined || toValue(node) === null ? undefined : pyStr(node);
}

function isCloudName(name: string): boolean {
  return ["ami", "root", "swap"].includes(name) || (/^(ephemeral|ebs)/.test(name) && !name.includes(":"));
}

/** Whole disks. A partition, a label and a UUID are never replaced. */
function mayHavePartitions(path: string): boolean {
  return /^\/dev\/(x?[shv]d[a-z]+|sr\d+|nvme\d+n\d+|mmcblk\d+|disk\/by-(id|path)\/(?!.*-part\d+$).+)$/.test(path);
}
