/** What is used of `node:path`, in a browser, whose only directory is the root. */

export function resolve(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The name of an absolute path, seen from the root. */
export function relative(_from: string, path: string): string {
  return path.slice(1);
}
