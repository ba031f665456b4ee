import { matchesGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";

/** More than the file of patterns of any package holds. */
const MOST_PATTERNS = 1000;

/** Where apk is told which paths to protect, in files that end in .list. */
const DIRECTORY = "/etc/apk/protected_paths.d";

/** apk-tools' own patterns (2.6 to 3.0): of /etc all, of /etc/init.d nothing but links. */
const BUILT_IN = ["+etc", "@etc/init.d", "!etc/apk"];

/**
 * Whether apk treats the file at a path as configuration, which it does not overwrite where it was changed. A pattern
 * names a directory or file with all below; of those that name the same the last counts, else the deepest.
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
