import type { Image } from "../image/image.ts";
import { UnreadableService } from "./includes.ts";

/**
 * An image in which a file that exists but cannot be read makes the service that needs it unreadable, instead of counting
 * as empty: sshd_config and /etc/shadow, which only root may read, would otherwise mean their programs' defaults.
 */
export function withoutGaps(image: Image): Image {
  return {
    source: image.source,
    problems: image.problems,
    addProblem: (path, reason) => image.addProblem(path, reason),
    stat: (path) => image.stat(path),
    lstat: (path) => image.lstat(path),
    read(path) {
      const content = image.read(path);
      if (content === undefined && image.stat(path)?.kind === "file")
        throw new UnreadableService(path, "it cannot be read");
      return content;
    },
    list: (path) => image.list(path),
    readlink: (path) => image.readlink(path),
    realpath: (path) => image.realpath(path),
  };
}
