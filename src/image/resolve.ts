/** The number of symbolic links that one path may lead through; Linux fails with ELOOP beyond it (MAXSYMLINKS). */
const LINK_LIMIT = 40;

/** Limits for a path after resolving links: its length, as on Linux, and the total number of components. */
const PATH_LIMIT = { length: 4096, components: 512 };

/** Whether Linux rejects a path because of its length (ENAMETOOLONG), so that nothing can exist there. */
export function isTooLong(path: string): boolean {
  return path.length >= PATH_LIMIT.length;
}

/**
 * Resolves the symbolic links of `path` inside the image, as if chrooted: absolute links start at the image's root and
 * `..` above the root stays there. Components that do not exist are kept. The last component is not followed if
 * `followLast` is false.
 *
 * `readlink` returns a link's target, and undefined for anything else; it is called only with normalised absolute paths
 * without a link before the last component.
 *
 * Undefined if the path leads through too many links (a loop) or is too long, itself or after resolving links.
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
