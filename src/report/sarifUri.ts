/** A path as a reference relative to the root of a repository, percent-encoded. */
export function relativeUri(path: string): string {
  // Through bytes, since encodeURIComponent throws on a lone surrogate.
  const segments = Buffer.from(path.replace(/^\/+/, "")).toString().split("/");
  return segments.map(encodeURIComponent).join("/") || ".";
}
