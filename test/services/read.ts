import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import type { Service } from "../../src/services/service.ts";
import { distroWith } from "./distro.ts";

/** A service's settings of an image with these files: each key with its value and the place, as "value @ path:line". */
export function settingsOf(service: Service, files: Readonly<Record<string, MemoryFile>>): Record<string, string> {
  const settings = service.read(memoryImage(files), distroWith());
  return Object.fromEntries(
    settings.map(({ key, value, path, line }) => [key, `${value} @ ${path}${line === undefined ? "" : `:${line}`}`]),
  );
}
