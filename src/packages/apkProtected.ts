import { matchesGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";

/** The size limit for a file of patterns; those of packages are smaller. */
const MOST_PATTERNS = 1000;

/** Directories with files that tell apk which paths to protect; their names end in .list. */
const DIRECTORY = "/etc/apk/protected_paths.d";

/** apk-tools' own patterns (2.6 to 3.0): everything in /etc, only links in /etc/init.d. */
const BUILT_IN = ["+etc", "@etc/init.d", "!etc/apk"];

/**
 * Whether apk treats the file at a path as configuration, which it does not overwrite if it was changed. A pattern
 * names a file, or a directory with everything below. The deepest pattern counts; of equal ones, the last.
 */
export function apkProtects(image: Image, path: string): boolean {
  const names = path.slice(1).split("/");
  let deepest = 0;
  let isProtected = false;
  for (const pattern of patterns(image)) {
    const parts = pattern
      .replace(/^[-+@!]/, "")
      .split("/")
      .filter((part) => part !== "");
    if (parts.length < deepest || parts.length > names.length) continue;
    if (!parts.every((part, index) => matchesGlob(part, names[index]!))) continue;
    deepest = parts.length;
    isProtected = !/^[-@]/.test(pattern);
  }
  return isProtected;
}

function patterns(image: Image): string[] {
  const lists = image.list(DIRECTORY).filter((name) => name.endsWith(".list") && !name.startsWith("."));
  const own = lists.flatMap((name) => (readText(image, `${DIRECTORY}/${name}`) ?? "").split("\n", MOST_PATTERNS));
  return [...BUILT_IN, ...own.filter((line) => line !== "" && !line.startsWith("#"))].slice(0, MOST_PATTERNS);
}
