import { expect, test } from "vitest";
import { unitState } from "../../src/distro/unitState.ts";
import { memoryImage } from "../../src/image/memory.ts";

const L = "/usr/lib/systemd/system";
const E = "/etc/systemd/system";
const unit = { [`${L}/a.service`]: "[Service]\n", "/etc/machine-id": "0123456789abcdef0123456789abcdef\n" };
const presets = (text: string) => ({
  ...unit,
  "/etc/machine-id": "uninitialized\n",
  [`${L}-preset/90-x.preset`]: text,
});

test.each([
  ["no such unit", {}, "absent"],
  ["a link to a unit that was removed", { [`${E}/multi-user.target.wants/a.service`]: "" }, "absent"],
  ["nothing wants it", unit, "disabled"],
  ["a target wants it", { ...unit, [`${E}/multi-user.target.wants/a.service`]: "" }, "enabled"],
  ["a unit of the package requires it", { ...unit, [`${L}/b.target.requires/a.service`]: "" }, "enabled"],
  ["masked, though wanted", { ...unit, [`${E}/a.service`]: "", [`${E}/b.target.wants/a.service`]: "" }, "masked"],
  ["first boot, enabled by a preset", presets("enable a.*\ndisable *\n"), "enabled"],
  ["first boot, disabled by a preset", presets("# all\ndisable *\nenable a.service\n"), "disabled"],
  ["first boot, in no preset", presets("disable b.service\n"), "enabled"],
  [
    "a preset of the administrator",
    { ...presets("enable a.service\n"), "/etc/systemd/system-preset/10-x.preset": "disable *\n" },
    "disabled",
  ],
  ["presets do not count later", { ...presets("enable *\n"), "/etc/machine-id": "" }, "disabled"],
])("%s", (_, files, state) => {
  expect(unitState(memoryImage(files), "a.service")).toBe(state);
});
