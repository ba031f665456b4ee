import { describe, expect, test } from "vitest";
import { disabledReason } from "../../src/distro/disabled.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { CASES, ENABLER, MARKER, POLICY } from "./disabledCases.ts";

describe.each(["20.4.1", "22.4.2", "25.1.4", "26.2"])("cloud-init %s", (version) => {
  test.each(CASES)("%j", (files, old, recent) => {
    const reason = disabledReason(memoryImage(files), version);
    expect(reason === undefined, JSON.stringify(reason)).toBe(version < "23" ? old : recent);
  });
});

test("the reason names its place", () => {
  expect(disabledReason(memoryImage({ [MARKER]: "" }), "26.2")).toEqual({ code: "marker", path: MARKER });
  const grub = 'GRUB_TIMEOUT=0\nGRUB_CMDLINE_LINUX=""\nGRUB_CMDLINE_LINUX_DEFAULT="quiet cloud-init=disabled"\n';
  expect(disabledReason(memoryImage({ "/etc/default/grub": grub }), "22.4.2")).toEqual({
    code: "kernel-command-line",
    path: "/etc/default/grub",
    line: 3,
  });
  expect(disabledReason(memoryImage({ [POLICY]: "\npolicy: disabled" }), "22.4.2")).toEqual({
    code: "ds-identify-policy",
    path: POLICY,
    line: 2,
  });
});

test("conditions in the units take anything that exists, the generator of old takes a file", () => {
  const directory = { [MARKER]: { directory: true } } as const;
  expect(disabledReason(memoryImage(directory), "23.4")).toBeDefined();
  expect(disabledReason(memoryImage(directory), "22.4.2")).toBeUndefined();
  const unit = `[Unit]\nConditionPathExists=!${MARKER}\n`;
  const redHat = { ...directory, [ENABLER]: "", "/usr/lib/systemd/system/cloud-init-local.service": unit };
  expect(disabledReason(memoryImage(redHat), "22.1")).toBeDefined();
  expect(disabledReason(memoryImage({ [MARKER]: { link: "nowhere" } }), "26.2")).toBeUndefined();
});
