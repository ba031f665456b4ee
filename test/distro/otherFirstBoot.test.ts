import { expect, test } from "vitest";
import { otherFirstBoot } from "../../src/distro/otherFirstBoot.ts";
import { memoryImage } from "../../src/image/memory.ts";

test.each([
  ["ID=flatcar\nID_LIKE=coreos\n", "Flatcar runs Ignition and coreos-cloudinit"],
  ["ID=fedora\nVARIANT_ID=coreos\n", "Fedora CoreOS runs Ignition"],
  ["ID=bottlerocket\n", "Bottlerocket applies user data through its own settings API"],
  ["ID=talos\n", "Talos applies its own machine configuration"],
  ["ID=fedora\nVARIANT_ID=cloud\n", undefined],
  ["ID=constructor\n", undefined],
])("os-release %j", (text, said) => expect(otherFirstBoot(memoryImage({ "/etc/os-release": text }))).toBe(said));

test("Alpine with its small stand-in for cloud-init", () => {
  const files = { "/etc/os-release": "ID=alpine\n", "/etc/tiny-cloud.conf": "" };
  expect(otherFirstBoot(memoryImage(files))).toBe("its first boot runs tiny-cloud");
});
