import { type Image, readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";

/** A line of /etc/fstab for a mount, as systemd reads it (systemd.mount(5), systemd-fstab-generator(8)). */
export interface FstabMount {
  readonly device: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
  readonly origin: Origin;
  /** The column of the options. */
  readonly optionsColumn: number;
}

/** The mounts of /etc/fstab; a repeated mount point is in the list twice. */
export function fstabMounts(image: Image): FstabMount[] {
  const path = "/etc/fstab";
  return (readText(image, path) ?? "").split("\n").flatMap((text, index): FstabMount[] => {
    const fields = [...text.matchAll(/\S+/g)].slice(0, 4);
    const [device, point, type, options] = fields.map(([word]) => decoded(word));
    if (device === undefined || device.startsWith("#") || !point?.startsWith("/")) return [];
    return [
      {
        device,
        point: tidy(point),
        type: type ?? "auto",
        options: (options ?? "defaults").split(","),
        origin: { path, line: index + 1, column: fields[0]!.index + 1 },
        optionsColumn: (fields[3] ?? fields[0]!).index + 1,
      },
    ];
  });
}

/** The name of the unit that mounts a path: "var-lib.mount" for "/var/lib" (systemd-escape --path). */
export function mountUnit(point: string, type = "mount"): string {
  const trimmed = tidy(point).slice(1);
  if (trimmed === "") return `-.${type}`;
  if (/^[A-Za-z0-9:_][A-Za-z0-9:_./]*$/.test(trimmed)) return `${trimmed.replaceAll("/", "-")}.${type}`;
  const escaped = [...Buffer.from(trimmed, "utf8")].map((byte, index) => {
    const character = String.fromCharCode(byte);
    if (character === "/") return "-";
    return /[A-Za-z0-9:_]/.test(character) || (character === "." && index > 0)
      ? character
      : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `${escaped.join("")}.${type}`;
}

/** Whether systemd mounts it after the network. */
export function isNetworkMount({ type, options }: Pick<FstabMount, "type" | "options">): boolean {
  return (
    options.includes("_netdev") ||
    /^(afs|ceph|cifs|smb3|smbfs|sshfs|ncpfs|ncp|nfs|nfs4|gfs|gfs2|glusterfs|pvfs2|ocfs2|lustre|davfs|9p|fuse\.(sshfs|glusterfs|ceph|davfs2?))$/.test(
      type,
    )
  );
}

/** Without empty parts and without a slash at the end. */
function tidy(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}

/** Resolves fstab's octal escapes, such as \\040 for a blank. */
function decoded(word: string): string {
  return word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
