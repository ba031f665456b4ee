import { type FstabMount, parseFstab, tidy } from "../../image/fstab.ts";
import { type Image, readText } from "../../image/image.ts";

/** The mounts of /etc/fstab; a repeated mount point is in the list twice. */
export function fstabMounts(image: Image): FstabMount[] {
  return parseFstab(readText(image, "/etc/fstab") ?? "");
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
