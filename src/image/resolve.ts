/** How many symbolic links one path may lead through; Linux gives ELOOP after as many (MAXSYMLINKS). */
const LINK_LIMIT = 40;

/** How long links can make a path, of which Linux knows no longer one, and by how many components in all. */
const PATH_LIMIT = { length: 4096, components: 512 };

/** Whether Linux refuses a path for its length (ENAMETOOLONG): nothing is there. */
export function isTooLong(path: string): boolean {
  return path.length >= PATH_LIMIT.length;
}

/**
 * Where `path` leads with its symbolic links resolved inside the image, as if chrooted: absolute links start at the
 * image's root and `..` above the root stays there. Components that do not exist are kept as they are. The last
 * component is not followed where `followLast` is false.
 *
 * `readlink` gives a link's text, and undefined for anything else or nothing; it is only asked for normalised absolute
 * paths without a link before the last component.
 *
 * Undefined when the path leads through too many links (a loop), and when it is too long, itself or through links.
 */
export function resolvePath(
  path: string,
  readlink: (path: string) => string | undefined,
  followLast = true,
): string | undefined {
  if (isTooLong(path)) return undefined;
  const rest = componentsOf(path);
  let resolved = "";
  let links = 0;
  let components = 0;
  for (let component = rest.pop(); component !== undefined; component = rest.pop()) {
    if (component === "..") {
      resolved = resolved.slice(0, Math.max(resolved.lastIndexOf("/"), 0));
      continue;
    }
    const next = `${resolved}/${component}`;
    const target = followLast || rest.length > 0 ? readlink(next) : undefined;
    if (target === undefined) {
      resolved = next;
      continue;
    }
    links += 1;
    if (links > LINK_LIMIT) return undefined;
    if (target.startsWith("/")) resolved = "";
    const parts = componentsOf(target);
    components += parts.length;
    if (components > PATH_LIMIT.components || resolved.length > PATH_LIMIT.length) return undefined;
    for (const part of parts) rest.push(part);
  }
  return resolved === "" ? "/" : resolved;
}

/** The components of a path, last first, without the empty ones and ".". */
function componentsOf(path: string): string[] {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .reverse();
}
