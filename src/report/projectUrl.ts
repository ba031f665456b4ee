/** The placeholder in our documents for the owner of the repository. */
const PLACEHOLDER = "OWNER";

/** The hosts of npm's short forms. */
const HOSTS: Readonly<Record<string, string>> = {
  github: "github.com",
  gitlab: "gitlab.com",
  bitbucket: "bitbucket.org",
};

/**
 * The web address of a project, from the `repository` of its package.json in any form that npm knows; undefined if it has none,
 * or only a placeholder.
 */
export function projectUrl(repository: unknown): string | undefined {
  const given = typeof repository === "object" && repository !== null ? Object(repository).url : repository;
  if (typeof given !== "string") return undefined;
  const short = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)$/.exec(given);
  const url =
    short === null
      ? given
          .replace(/^git\+/, "")
          .replace(/^(?:ssh:\/\/git@|git:\/\/|git@)(github\.com|gitlab\.com|bitbucket\.org)[/:]/, "https://$1/")
          .replace(/(?:\.git)?\/?$/, "")
      : `https://${HOSTS[short[1] ?? "github"]}/${short[2]}`;
  return url.startsWith("https://") && !url.split("/").includes(PLACEHOLDER) ? url : undefined;
}
