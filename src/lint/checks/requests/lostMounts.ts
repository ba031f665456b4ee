import { findPair } from "../../../config/merge.ts";
import type { Image } from "../../../image/image.ts";
import { normalizePath } from "../../../python/paths.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { readStatements, words } from "../../../services/lines.ts";
import type { Loss } from "../../finding.ts";
import { type MountRequest, mountRequests, parentsOf, swapRequest } from "../../requests/mounts.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import type { SystemRequest } from "./lostRequest.ts";

const MODULE = "mounts";
const FSTAB = "/etc/fstab";
const MARK = "comment=cloudconfig";

/** A line of the image's /etc/fstab that mounts something at a directory. */
interface FstabMount {
  readonly device: string;
  readonly point: string;
  readonly type: string;
  readonly options: string;
  readonly line: number;
  /** Whether it is mounted before the module runs, after it, or not by itself. */
  readonly when: "before" | "after" | "never";
}

/** The directories of the image at which something is mounted before cloud-init mounts anything. */
export function mountedBefore({ image }: CheckContext): ReadonlySet<string> {
  return new Set(fstabMounts(image).flatMap(({ when, point }) => (when === "before" ? [point] : [])));
}

/** What becomes of mounts and swap files in this image. */
export function lostMounts(context: CheckContext): SystemRequest[] {
  const wanted = mountRequests(context.booted.config.root);
  const there = fstabMounts(context.image);
  return [
    ...foreignDevices(context),
    ...repeated(wanted, there),
    ...swapBelow(context, there),
    ...hiding(context, wanted, there),
  ];
}

/** The lines that no boot drops, up to a number that no machine has. */
function fstabMounts(image: Image): FstabMount[] {
  return readStatements(image, FSTAB)
    .slice(0, 10_000)
    .flatMap(({ text, number }): FstabMount[] => {
      const [device = "", point = "", type = "auto", options = "defaults"] = words(text);
      if (!point.startsWith("/") || point.length > 4096 || type === "swap" || text.includes(MARK)) return [];
      const given = options.split(",");
      const isLate =
        /^(nfs4?|cifs|smb3|glusterfs|ceph)$/.test(type) ||
        given.some((option) => /^(_netdev|x-systemd\.(requires|after)=cloud-(init|config|final)\b.*)$/.test(option));
      const when = given.some((option) => /^(noauto|x-systemd\.automount)$/.test(option))
        ? "never"
        : isLate
          ? "after"
          : "before";
      return [{ device, point: normalizePath(point), type, options, line: number, when }];
    });
}

/** Entries with a name that only a cloud gives to a disk, on a cloud that does not. */
function foreignDevices({ booted }: CheckContext): SystemRequest[] {
  return booted.notes.flatMap((note): SystemRequest[] => {
    if (note.code !== "mount-device-foreign" || note.origin === null) return [];
    const { datasource } = booted.cloud;
    const who = datasource === undefined ? "The cloud" : `The datasource ${datasource}`;
    const message = `${who} names no disk "${note.name}", so nothing is mounted at "${note.point}". Name the disk as the machine does, such as LABEL=data or /dev/disk/by-id/....`;
    return [{ about: "mount-without-effect", severity: "error", module: MODULE, message, cause: note.origin }];
  });
}

/** Entries for which the image has a line already: the first line of /etc/fstab counts. */
function repeated(wanted: readonly MountRequest[], there: readonly FstabMount[]): SystemRequest[] {
  const lines = new Map(there.map((mount) => [`${mount.device} ${mount.point}`, mount]));
  return wanted.flatMap(({ device, point, options, type, origin }): SystemRequest[] => {
    const line = lines.get(`${device} ${point}`);
    if (line === undefined) return [];
    const asked = type !== "auto" && type !== line.type ? type : options;
    if (asked === undefined || asked === line.options) return [];
    const message = `"${asked}" has no effect on the mount of "${point}": ${FSTAB}:${line.line} already mounts "${device}" there as "${line.type} ${line.options}", and the first line counts. Change or remove that line.`;
    return [{ about: "mount-without-effect", severity: "warning", module: MODULE, message, cause: origin }];
  });
}

/** A swap file that a mount hides which the configuration does not name. */
function swapBelow(context: CheckContext, there: readonly FstabMount[]): SystemRequest[] {
  const { booted } = context;
  const request = swapRequest(booted.config.root);
  const swap = booted.config.node("swap");
  const size = swap?.type === "mapping" ? findPair(swap, "size")?.value : undefined;
  if (request === undefined || size === undefined || !truthy(size)) return [];
  const parents = new Set(parentsOf(normalizePath(request.file)));
  const common = { about: "swap-lost", severity: "error", module: MODULE, cause: request.origin } as const;
  const later = there.find(({ when, point }) => when === "after" && parents.has(point));
  if (later !== undefined) {
    const message = `The swap file "${request.file}" is lost behind the mount of "${later.point}" (${FSTAB}:${later.line}), which follows only after cloud-init made the file on the disk below. Choose a file outside "${later.point}".`;
    return [{ ...common, message }];
  }
  const isMounted = there.some(({ when, point }) => when === "before" && parents.has(point));
  if (isMounted || !parents.has(TEMPORARY) || !mountsTemporaryDisk(context)) return [];
  const message = `The swap file "${request.file}" is lost on a machine with a temporary disk: cloud-init makes the file first and then mounts that disk at "${TEMPORARY}". Choose a file outside "${TEMPORARY}", or mount the disk elsewhere with "[ephemeral0, /path]" in mounts.`;
  return [{ ...common, severity: "warning", confidence: "likely", message }];
}

/** Where cloud-init mounts the temporary disk of the machine if nobody asks for anything else. */
const TEMPORARY = "/mnt";

/** Datasources that may name a temporary disk. */
const WITH_TEMPORARY_DISK = ["Azure", "ConfigDrive", "Ec2", "OpenStack", "SmartOS"];

/** Whether cloud-init mounts the temporary disk of a machine that has one at /mnt. */
function mountsTemporaryDisk({ booted }: CheckContext): boolean {
  const entries = booted.config.node("mounts");
  const isNamed =
    entries?.type === "sequence" &&
    entries.children.some(
      (entry) => entry.type === "sequence" && /^ephemeral(0\b|$)|azure_resource/.test(pyStr(entry.children[0])),
    );
  return !isNamed && WITH_TEMPORARY_DISK.includes(booted.cloud.datasource ?? "");
}

/** Mounts of the boot over files or mounts of the image. */
function hiding(context: CheckContext, wanted: readonly MountRequest[], there: readonly FstabMount[]): SystemRequest[] {
  const below = mountsBelow(there);
  const lost = wanted.flatMap(({ point, device, origin }): SystemRequest[] => {
    const hidden = below.get(point) ?? [];
    const common = { about: "mount-hidden", module: MODULE, cause: origin } as const;
    if (hidden.length > 0) {
      const message = `The mount of "${point}" hides ${namesOf(hidden)} of ${FSTAB} on the first boot: cloud-init mounts "${device}" when they are mounted already. Put the line of "${point}" into the image's ${FSTAB}.`;
      return [{ ...common, severity: "error", message, losses: lossesOf(hidden) }];
    }
    const same = there.find((mount) => mount.point === point);
    if (same !== undefined && same.when !== "never" && same.device !== fullName(device)) {
      const message = `The image mounts "${same.device}" at "${point}" (${FSTAB}:${same.line}): "${device}" hides it on the first boot, and systemd ignores "${device}" on all later ones. Mount it elsewhere, or remove the image's line.`;
      // The disk may be missing at the launch, or be the same one under another name.
      return [{ ...common, severity: "error", confidence: "likely", message, losses: lossesOf([same]) }];
    }
    const files = same === undefined ? filesBelow(context, point) : [];
    if (files.length === 0) return [];
    const message = `The mount of "${point}" hides what the image has there: ${shortList(files)}. Put the files on "${device}", or mount it at an empty directory.`;
    const losses = files.slice(0, MOST_LOSSES).map((path) => lossOf(path, null));
    return [{ ...common, severity: "warning", confidence: "likely", message, losses }];
  });
  const hidden = below.get(TEMPORARY) ?? [];
  if (hidden.length === 0 || !mountsTemporaryDisk(context)) return lost;
  const cause = context.booted.modules.find(({ name }) => name === MODULE)?.origin;
  if (cause === undefined) return lost;
  const message = `On a machine with a temporary disk, cloud-init mounts it at "${TEMPORARY}" on the first boot and so hides ${namesOf(hidden)} of ${FSTAB}. Mount them elsewhere, or the disk with "mounts: [[ephemeral0, /path]]".`;
  return [
    ...lost,
    {
      about: "mount-hidden",
      module: MODULE,
      severity: "warning",
      confidence: "likely",
      message,
      cause,
      losses: lossesOf(hidden),
      isUnasked: true,
    },
  ];
}

/** The name of a disk as cloud-init completes it: vdb1 is /dev/vdb1. */
function fullName(device: string): string {
  return /^x?[shv]d[a-z]\d*$/.test(device) ? `/dev/${device}` : device;
}

/** The mounts before the boot's by each directory above them. */
function mountsBelow(there: readonly FstabMount[]): Map<string, FstabMount[]> {
  const below = new Map<string, FstabMount[]>();
  for (const mount of there) {
    if (mount.when !== "before") continue;
    for (const parent of parentsOf(mount.point).slice(0, 40)) {
      const known = below.get(parent);
      if (known === undefined) below.set(parent, [mount]);
      else known.push(mount);
    }
  }
  return below;
}

function namesOf(mounts: readonly FstabMount[]): string {
  return `the ${mounts.length === 1 ? "mount" : "mounts"} of ${shortList(mounts.map(({ point }) => `"${point}"`))}`;
}

const MOST_LOSSES = 100;

function lossesOf(mounts: readonly FstabMount[]): Loss[] {
  return mounts.slice(0, MOST_LOSSES).map(({ point, line, device, type, options }) => ({
    ...lossOf(FSTAB, line),
    setting: point,
    before: `${device} ${type} ${options}`,
  }));
}

function lossOf(path: string, line: number | null): Loss {
  return { path, line, setting: path, before: "in the image", after: "hidden" };
}

/** What machines write again, or what belongs to nobody, need not be there before the mount. */
const PASSING = /^\/(dev|proc|run|sys|tmp|var\/(cache|log|run|tmp))(\/|$)/;

/** Files below a directory that somebody put there; not more than a reader needs. */
function filesBelow({ image, evidence }: CheckContext, directory: string): string[] {
  const found: string[] = [];
  const waiting = [directory];
  for (let visited = 0; waiting.length > 0 && visited < 1000 && found.length < MOST_LOSSES; visited++) {
    const path = waiting.pop()!;
    if (PASSING.test(path)) continue;
    const kind = image.lstat(path)?.kind;
    if (kind === "directory") for (const name of image.list(path).toReversed()) waiting.push(`${path}/${name}`);
    else if (kind === "file" && (evidence.ofFile(path)?.strength ?? "weak") !== "weak") found.push(path);
  }
  return found;
}
