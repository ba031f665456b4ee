import { expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { sshd } from "../../src/services/sshd.ts";
import { distroWith } from "./distro.ts";
import { LAYOUTS } from "./sshdLayouts.ts";

test("an option comes from the file that holds it", () => {
  const { files } = LAYOUTS["RHEL 8: the unit gives the crypto policy and options"]!;
  const settings = sshd.read(memoryImage(files), distroWith({ openssh: "8.0p1-19.el8" }));
  expect(settings.find(({ key }) => key === "MaxAuthTries")).toEqual({
    key: "MaxAuthTries",
    value: "2",
    path: "/etc/sysconfig/sshd",
    line: 2,
  });
});
