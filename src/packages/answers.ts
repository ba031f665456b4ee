import type { Image, ImageProblem } from "../image/image.ts";
import { hasDigest } from "./digest.ts";
import type { Packages, ShippedFile } from "./packages.ts";

/** A database's answer about a path. The digest of a shipped link is that of its target. */
export interface Answer {
  readonly owner?: string;
  readonly shipped?: ShippedFile;
}

/** Asks a database once for each path; a database with a problem answers nothing. */
export function answers(
  image: Image,
  problems: readonly ImageProblem[],
  find: (path: string) => Answer,
): Required<Pick<Packages, "owner" | "shipped" | "problems">> {
  const known = new Map<string, Answer>();
  function ask(path: string): Answer {
    let answer = known.get(path);
    if (answer === undefined) {
      answer = find(path);
      const { owner, shipped } = answer;
      const link = shipped && image.readlink(path);
      // An unchanged shipped link: its target is another file.
      if (owner !== undefined && link !== undefined && hasDigest(link, shipped!)) answer = { owner };
      known.set(path, answer);
    }
    return problems.length === 0 ? answer : {};
  }
  return { owner: (path) => ask(path).owner, shipped: (path) => ask(path).shipped, problems };
}
