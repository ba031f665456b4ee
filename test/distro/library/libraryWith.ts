import type { Library } from "../../../src/distro/library/library.ts";
import { libraryOf } from "../../../src/distro/library/library.ts";
import { type MemoryFile, memoryImage } from "../../../src/image/memory.ts";

const PATH = "/usr/lib/python3/dist-packages/cloudinit";

/** A library of cloud-init with these files only, by their paths in the package. */
export function libraryWith(files: Readonly<Record<string, MemoryFile>>): Library {
  const image = memoryImage(Object.fromEntries(Object.entries(files).map(([file, text]) => [`${PATH}/${file}`, text])));
  return libraryOf(image, { version: "", disabled: undefined, library: PATH })!;
}
