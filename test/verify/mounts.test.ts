import { expect, test } from "vitest";
import { mountsBelow } from "../../src/verify/mounts.ts";

/** A table of mounts as the kernel has it, from points and types. */
const table = (...mounts: (readonly [string, string])[]) =>
  mounts
    .map(([point, type], index) => `${30 + index} 22 0:${index} / ${point} rw,relatime shared:1 - ${type} device rw\n`)
    .join("");

test("file systems of the image are found below its root, and those of the kernel are not", () => {
  const mounts = table(
    ["/", "ext4"],
    ["/mnt/image", "ext4"],
    ["/mnt/image2/var", "ext4"],
    ["/mnt/image/var", "xfs"],
    ["/mnt/image/boot/efi", "vfat"],
    ["/mnt/image/boot", "ext4"],
    ["/mnt/image/srv/with\\040blank\\303\\244", "tmpfs"],
    ["/mnt/image/dev", "devtmpfs"],
    ["/mnt/image/dev/shm", "tmpfs"],
    ["/mnt/image/proc", "proc"],
    ["/mnt/image/opt/proc", "proc"],
    ["/mnt/image/tmp", "tmpfs"],
  );
  expect(mountsBelow("/mnt/image", mounts)).toEqual(["/boot", "/srv/with blankä", "/var"]);
  expect(mountsBelow("/mnt/image2", mounts)).toEqual(["/var"]);
  expect(mountsBelow("/nowhere", mounts)).toEqual([]);
});

test("what another mount hides is not there", () => {
  const mounts = table(["/i/var", "ext4"], ["/i/var/lib", "ext4"], ["/i/var", "xfs"], ["/i/var/log", "ext4"]);
  expect(mountsBelow("/i", mounts)).toEqual(["/var", "/var/log"]);
  expect(mountsBelow("/i", mounts + table(["/i", "ext4"]))).toEqual([]);
  expect(mountsBelow("/i", mounts + table(["/i/var/log", "proc"]))).toEqual(["/var"]);
});
