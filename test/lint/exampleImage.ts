import type { Image } from "../../src/image/image.ts";
import { Overlay } from "../../src/image/overlay.ts";
import { fixtureImage } from "../fixtures/fixtureImages.ts";

/** Images of fixtures/, whose files are read once. */
const opened = new Map<string, Image>();

/**
 * An image of fixtures/ with some files laid over it. Programs (in bin and sbin) are executable; a text
 * "-> target" makes a symbolic link.
 */
export function exampleImage(files: Readonly<Record<string, string>>, name = "debian-12"): Image {
  const stock = opened.get(name) ?? fixtureImage(name);
  opened.set(name, stock);
  const image = new Overlay(stock);
  for (const [path, content] of Object.entries(files)) {
    const blame = { module: "", cause: { path, line: 1, column: 1 } };
    const link = /^-> (.+)\n$/.exec(content);
    const mode = /\/s?bin\//.test(path) ? 0o755 : 0o644;
    if (link !== null) image.symlink(path, link[1]!, blame);
    else image.write(path, content, blame, { mode });
  }
  return image;
}
