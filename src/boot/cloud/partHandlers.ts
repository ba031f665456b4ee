import type { Image } from "../../image/image.ts";
import { generalNote, type Note } from "../notes.ts";

/**
 * Programs in the image that cloud-init runs on the parts that the cloud provides; each declares its content types,
 * which may be those of cloud-init's own handlers (stages.Init._do_handlers, 20.4 to 26.2). Their effects are not
 * known.
 */
export function partHandlers(image: Image, cloudDirectory: string): Note[] {
  const directory = `${cloudDirectory}/handlers`;
  const modules = image.list(directory).filter((name) => name.endsWith(".py") && !name.startsWith("_"));
  return modules.map((name) => generalNote("handler-in-image", { path: `${directory}/${name}` }));
}
