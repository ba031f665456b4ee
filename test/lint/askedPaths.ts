import { detectDistro } from "../../src/distro/detect.ts";
import type { Image } from "../../src/image/image.ts";
import { lint } from "../../src/lint/lint.ts";
import { isForeseen } from "../../src/lint/needs.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";

/** The paths that a lint asks an image for and `needs` does not print. */
export function unforeseenPaths(image: Image): string[] {
  const asked = new Set<string>();
  lintRecorded(image, (path) => asked.add(path));
  return [...asked].filter((path) => path.startsWith("/") && !isForeseen(path)).sort();
}

/** Lints an image of which each path that is asked for is noted. */
export function lintRecorded(image: Image, note: (path: string) => void): void {
  const noted = (path: string): string => {
    note(path);
    return path;
  };
  const recorded: Image = {
    source: image.source,
    problems: image.problems,
    addProblem: (path, reason) => image.addProblem(path, reason),
    stat: (path) => image.stat(noted(path)),
    lstat: (path) => image.lstat(noted(path)),
    read: (path) => image.read(noted(path)),
    list: (path) => image.list(noted(path)),
    readlink: (path) => image.readlink(noted(path)),
    realpath: (path) => image.realpath(noted(path)),
  };
  lint(recorded, { distro: detectDistro(recorded), rules: catalogue, protect: [] });
}

/** Homes outside /home, which only /etc/passwd names, and what is above them. */
export function isHome(path: string, image: Image): boolean {
  const homes = (image.read("/etc/passwd")?.toString() ?? "").split("\n").map((line) => line.split(":")[5] ?? "");
  return path.includes("/.ssh") || homes.some((home) => home !== "" && `${home}/`.startsWith(`${path}/`));
}
