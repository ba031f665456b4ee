/** The placeholder in our documents for the owner of the repository. */
const PLACEHOLDER = "OWNER";

/**
 * The web address of a project, from the `repository` of its package.json in any form that npm knows; undefined if it has none,
 * or only a placeholder.
 */
export function projectUrl(repository: unknown): string | undefined {
  const given = typeof repository === "object" && repository !== null ? Object(repository).url : repository;
  if (typeof given !== "string") return undefined;
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(given);
  const url = short === null ? given.replace(/^git\+/, "").replace(/\.git$/, "") : `https://github.com/${short[1]}`;
  return url.startsWith("https://") && !url.split("/").includes(PLACEHOLDER) ? url : undefined;
}
