import { expect, test } from "vitest";
import { disabledReason } from "../../src/distro/disabled.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";

const MARKER = "/etc/cloud/cloud-init.disabled";
const ASKING = `start() {\n  if grep -q cloud-init=disabled /proc/cmdline; then :\n  elif test -e ${MARKER}; then :\n  fi\n}\n`;
const STARTED: Record<string, MemoryFile> = {
  "/etc/init.d/cloud-init-local": ASKING,
  "/etc/runlevels/boot/cloud-init-local": { link: "/etc/init.d/cloud-init-local" },
};

function reason(files: Record<string, MemoryFile>): string | undefined {
  return disabledReason(memoryImage(files), "24.4")?.code;
}

test("a runlevel that starts a stage", () => expect(reason(STARTED)).toBeUndefined());

test("no runlevel starts a stage: the package alone enables nothing", () =>
  expect(
    reason({
      "/etc/init.d/cloud-init-local": ASKING,
      "/etc/runlevels/boot/hostname": "",
      "/etc/runlevels/boot/cloud-init-ds-identify": "",
    }),
  ).toBe("no-runlevel"));

test("the marker, where the scripts ask for it", () => {
  expect(reason({ ...STARTED, [MARKER]: "" })).toBe("marker");
  expect(reason({ ...STARTED, [MARKER]: "", "/etc/init.d/cloud-init-local": "start() { :; }" })).toBeUndefined();
});

test("the kernel's command line", () =>
  expect(reason({ ...STARTED, "/boot/extlinux.conf": "", "/boot/cmdline.txt": "quiet cloud-init=disabled" })).toBe(
    "kernel-command-line",
  ));

test("nobody asks ds-identify there", () =>
  expect(reason({ ...STARTED, "/etc/cloud/ds-identify.cfg": "policy: disabled\n" })).toBeUndefined());
