import type { Origin } from "./origin.ts";

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

/** The mounts in the text of /etc/fstab; a repeated mount point is in the list twice. */
export function parseFstab(content: string): FstabMount[] {
  const path = "/etc/fstab";
  return content.split("\n").flatMap((text, index): FstabMount[] => {
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

/** Whether systemd mounts it after the network. */
export function isNetworkMount({ type, options }: Pick<FstabMount, "type" | "options">): boolean {
  return (
    options.includes("_netdev") ||
    /^(afs|ceph|cifs|smb3|smbfs|sshfs|ncpfs|ncp|nfs|nfs4|gfs|gfs2|glusterfs|pvfs2|ocfs2|lustre|davfs|9p|fuse\.(sshfs|glusterfs|ceph|davfs2?))$/.test(
      type,
    )
  );
}

/** A path without empty parts and without a slash at the end. */
export function tidy(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}

/** Resolves fstab's octal escapes, such as \\040 for a blank. */
function decoded(word: string): string {
  return word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
