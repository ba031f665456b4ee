import { expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { parseInterfaces } from "../../src/services/network/interfaces.ts";
import { INCLUDES, interfacesFiles } from "./interfacesLayouts.ts";

test.each(INCLUDES)("%s", (line, reads) => {
  const { started, stanzas } = parseInterfaces(memoryImage(interfacesFiles(line)));
  expect(started.map(({ key }) => key)).toEqual(["lo", ...reads].map((name) => `auto ${name}`));
  expect(stanzas.map(({ name }) => name)).toEqual(["lo", ...reads]);
});
