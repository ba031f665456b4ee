import { expect, test } from "vitest";
import { mounts } from "../../src/services/mounts.ts";
import { settingsOf } from "./read.ts";

test("mounts: by mount point, swap by device", () => {
  const text = `# c
UUID=1-2\t/\text4\terrors=remount-ro 0 1
LABEL=data /srv/my\\040data xfs
/swapfile none swap sw 0 0
/dev/vdb none swap sw
tmpfs /tmp tmpfs size=1g
/dev/vdc /tmp ext4 nofail,comment=cloudconfig 0 2
broken
`;
  expect(settingsOf(mounts, { "/etc/fstab": text })).toEqual({
    "/": "UUID=1-2 ext4 errors=remount-ro @ /etc/fstab:2",
    "/srv/my\\040data": "LABEL=data xfs defaults @ /etc/fstab:3",
    "swap /swapfile": "/swapfile swap sw @ /etc/fstab:4",
    "swap /dev/vdb": "/dev/vdb swap sw @ /etc/fstab:5",
    "/tmp": "tmpfs tmpfs size=1g; /dev/vdc ext4 nofail,comment=cloudconfig @ /etc/fstab:6",
  });
});
