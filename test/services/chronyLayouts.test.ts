import { expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { timeSync } from "../../src/services/timeSync.ts";
import { LAYOUTS } from "./chronyLayouts.ts";
import { distroWith } from "./distro.ts";

test.each(Object.entries(LAYOUTS))("%s", (_, { files, servers }) => {
  const said = timeSync.read(memoryImage(files), distroWith());
  expect(said.find(({ key }) => key === "chrony servers")?.value.split(", ")).toEqual(servers);
});
