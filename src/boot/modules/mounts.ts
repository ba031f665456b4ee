import type { ConfigValue } from "../../config/tree.ts";
import { pyStr } from "../../config/value.ts";
import { defineModule, ModuleFailure, type ModuleRun } from "../module.ts";
import { cloudNamesDevices, findDevice } from "../mounts/device.ts";
import { escapeField, FSTAB, type Fstab, MARK, readFstab } from "../mounts/fstab.ts";
import { makeSwap } from "../mounts/swap.ts";

/** The fields of a line of /etc/fstab while it is put together; anything but a string cannot be written. */
type Fields = ConfigValue[];

/** cc_mounts: lines of /etc/fstab, the directories to mount at, and a swap file (20.4 to 26.2). */
export const mounts = defineModule({
  name: "mounts",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  keys: {
    device_aliases: { type: "mapping", default: {}, since: "21.3" },
    mount_default_fields: { type: "list" },
    mounts: { type: "list", default: [] },
    swap: { type: "mapping", default: {} },
  },
  run(boot) {
    const because = boot.because(boot.config.has("mounts") || !boot.config.has("swap") ? "mounts" : "swap");
    const fstab = readFstab(boot);
    const entries = configuredMounts(boot);
    if (cloudNamesDevices(boot) && !entries.some(([device]) => /^ephemeral0?$/.test(pyStr(device ?? null))))
      boot.mayChange(FSTAB, "a disk that the cloud calls ephemeral0 would be mounted at /mnt", because);
    const complete = boot.since("24.3") ? complete24(boot, entries, fstab) : complete20(boot, entries, fstab);
    const lines = complete.map((fields) => [
      ...fields.slice(0, 3),
      `${pyStr(fields[3] ?? null)},${MARK}`,
      ...fields.slice(4),
    ]);
    const swap = makeSwap(boot);
    if (swap !== undefined) lines.push([swap, "none", "swap", boot.since("24.3") ? "sw" : `sw,${MARK}`, "0", "0"]);
    if (lines.length === 0) return;
    const texts = lines.map(checkFields);
    for (const [, directory = ""] of texts) if (directory.startsWith("/")) boot.mkdir(directory, because);
    const written = (field: string, index: number) => (boot.since("26.2") && index < 2 ? escapeField(field) : field);
    const added = texts.map((fields) => fields.map(written).join("\t"));
    boot.write(FSTAB, `${[...fstab.lines, ...added].join("\n")}\n`, because);
    if (texts.some(([, , type]) => type === "swap")) boot.command("swapon -a");
    boot.command("mount -a");
    if (usesSystemd(boot)) boot.command("systemctl daemon-reload");
  },
});

function usesSystemd(boot: ModuleRun): boolean {
  return boot.facts.family !== "alpine" && !boot.which("openrc");
}

/** Options of a mount that names none. */
function defaultOptions(boot: ModuleRun): string {
  if (!usesSystemd(boot)) return "defaults,nobootwait";
  if (boot.since("24.3")) return "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev";
  if (boot.since("24.2")) return "defaults,nofail,x-systemd.after=cloud-init.service,_netdev";
  return `defaults,nofail,x-systemd.requires=cloud-init.service${boot.since("22.1") ? ",_netdev" : ""}`;
}

function defaultFields(boot: ModuleRun): readonly ConfigValue[] {
  const given = boot.config.get("mount_default_fields") ?? [null, null, "auto", defaultOptions(boot), "0", "2"];
  if (!Array.isArray(given)) throw new ModuleFailure("mount_default_fields is no list");
  return given;
}

/** The lists of `mounts`. Since 24.3 what is no list is passed over, before it stops the module. */
function configuredMounts(boot: ModuleRun): readonly Fields[] {
  const given = boot.config.get("mounts") ?? (boot.config.has("mounts") ? null : []);
  if (given === null || (!Array.isArray(given) && !boot.since("24.3"))) throw new ModuleFailure("mounts is no list");
  const items = Array.isArray(given) ? given : [];
  const lists = items.filter((item) => Array.isArray(item));
  if (lists.length < items.length && !boot.since("24.3")) throw new ModuleFailure("an entry of mounts is no list");
  if (lists.some(({ length }) => length === 0)) throw new ModuleFailure("an entry of mounts is empty");
  return lists;
}

/** Whether a name was found to be a device that /etc/fstab does not have yet. */
function isNewDevice(device: string | undefined, fstab: Fstab): device is string {
  return device !== undefined && !fstab.devices.has(device);
}

/** Every entry with all its fields, as 24.3 to 26.2 see them. An entry without a directory takes earlier ones along. */
function complete24(boot: ModuleRun, entries: readonly Fields[], fstab: Fstab): Fields[] {
  const defaults = defaultFields(boot);
  const denied = new Set<ConfigValue>();
  const kept: Fields[] = [];
  for (const given of [...entries].reverse()) {
    const device = findDevice(boot, pyStr(given[0]!));
    const fields = isNewDevice(device, fstab) ? [device, ...given.slice(1)] : given;
    const filled = fields.map((field, index) => (field === null ? defaults[index] : pyStr(field)));
    const [name, directory] = [...filled, ...defaults.slice(fields.length)];
    if (filled.includes(undefined) || directory === undefined)
      throw new ModuleFailure("an entry of mounts and mount_default_fields do not fit");
    if (directory === null || denied.has(name!)) denied.add(name!);
    else kept.unshift([...filled.map((field) => field!), ...defaults.slice(fields.length)]);
  }
  return kept;
}

/** The same as 20.4 to 24.2 see it: only the fields of a device that was found become strings. */
function complete20(boot: ModuleRun, entries: readonly Fields[], fstab: Fstab): Fields[] {
  const defaults = defaultFields(boot);
  const complete = entries.map((given) => {
    const device = findDevice(boot, pyStr(given[0]!));
    const known = isNewDevice(device, fstab);
    const fields = known ? [device, ...given.slice(1)].map((field) => (field === null ? null : pyStr(field))) : given;
    const filled = fields.map((field, index) => (field === null ? (defaults[index] ?? null) : field));
    return [...filled, ...defaults.slice(fields.length)];
  });
  complete.forEach((entry, index) => {
    if (entry[1] === null)
      for (const earlier of complete.slice(0, index)) if (earlier[0] === entry[0]) earlier[1] = null;
  });
  return complete.filter((entry) => entry[1] !== null);
}

/** @throws ModuleFailure where a field is no string: cloud-init fails before it writes anything. */
function checkFields(fields: Fields): string[] {
  const texts = fields.filter((field) => typeof field === "string");
  if (texts.length < fields.length)
    throw new ModuleFailure(`a field of ${pyStr(fields[1] ?? null)} is no string: quote the numbers`);
  return texts;
}
