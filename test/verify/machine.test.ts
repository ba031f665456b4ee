import { expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { machineOf } from "../../src/verify/machine.ts";

test("a stand-in hides the image's program under each of its names", () => {
  const { hidden, standIns } = machineOf(
    memoryImage({
      "/bin": { link: "usr/bin" },
      "/usr/bin/systemctl": "",
      "/usr/sbin/reboot": { link: "../bin/systemctl" },
      "/usr/bin/dnf-3": "",
      "/usr/bin/yum": { link: "dnf-3" },
      "/usr/local/bin/apk": { directory: true },
    }),
  );
  expect([...hidden.keys()].sort()).toEqual(["/usr/bin/dnf-3", "/usr/bin/systemctl"]);
  expect([...standIns.keys()]).toEqual(expect.arrayContaining(["systemctl", "mount", "reboot", "yum"]));
  // cloud-init would take the image for one of another family.
  for (const name of ["dnf", "apk", "snap", "rc-service"]) expect(standIns.has(name)).toBe(false);
});

test("a program that is many stays, and its names are found in front of it", () => {
  const { hidden, standIns } = machineOf(
    memoryImage({ "/bin/busybox": "", "/bin/mount": { link: "busybox" }, "/sbin/reboot": { link: "/bin/busybox" } }),
  );
  expect(hidden.size).toBe(0);
  expect([standIns.has("mount"), standIns.has("reboot")]).toEqual([true, true]);
});

test("the machine has systemd and a host name if the image has them", () => {
  expect(machineOf(memoryImage({}))).toMatchObject({ hasSystemd: false, hostname: "localhost" });
  const files = { "/lib/systemd/systemd": "", "/etc/hostname": "# a name\nweb1\n" };
  expect(machineOf(memoryImage(files))).toMatchObject({ hasSystemd: true, hostname: "web1" });
});
