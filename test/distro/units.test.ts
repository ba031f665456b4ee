import { expect, test } from "vitest";
import { stoppedUnits } from "../../src/distro/units.ts";
import { memoryImage } from "../../src/image/memory.ts";

test("the generator or the one process masked", () => {
  const generator = "/etc/systemd/system-generators/cloud-init-generator";
  expect(stoppedUnits(memoryImage({ [generator]: { link: "/dev/null" } }))?.path).toBe(generator);
  expect(stoppedUnits(memoryImage({ [generator]: { content: "#!/bin/sh\n", mode: 0o755 } }))).toBeUndefined();
  const main = "/etc/systemd/system/cloud-init-main.service";
  expect(stoppedUnits(memoryImage({ [main]: { link: "/dev/null" } }))?.path).toBe(main);
});

test("an image without units says nothing", () => {
  expect(stoppedUnits(memoryImage({ "/etc/machine-id": "" }))).toBeUndefined();
  expect(stoppedUnits(memoryImage({}))).toBeUndefined();
});
