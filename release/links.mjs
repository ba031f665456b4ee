// Writes the addresses of the repository into the documents: package.json's `repository` and `version` are the only place
// where they stand. `node release/links.mjs` after a change of either; a test holds it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A text with the addresses of a package's repository, and with its version where an action, a checkout or a hook is pinned. */
export function linked(text, { repository, version }) {
  const project = new URL(repository.url.replace(/^git\+/, "").replace(/\.git$/, "")).pathname.slice(1);
  return text
    .replace(/(?<=https:\/\/github\.com\/)[\w.-]+\/cloud-init-lint\b/g, project)
    .replace(/(?<=uses: )[\w.-]+\/cloud-init-lint@v[\w.-]+/g, `${project}@v${version}`)
    .replace(/(?<=ghcr\.io\/)[\w.-]+\/cloud-init-lint\b/g, project.toLowerCase())
    .replace(/(?<=repository: )[\w.-]+\/cloud-init-lint$/gm, project)
    .replace(/(?<=--repo )[\w.-]+\/cloud-init-lint\b/g, project)
    .replace(/(?<="cloud-init-lint@)[\w.-]+(?=")/g, version)
    .replace(/(?<=\/cloud-init-lint\n +re[fv]: )v[\w.-]+/g, `v${version}`);
}

/** The files of people in which the project is linked. */
function documents() {
  const below = ["docs", "examples", ".github"].flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, name)),
  );
  return [...readdirSync("."), ...below].filter((name) => /(?:\.md|\.ya?ml|(?:^|\/)package\.json)$/.test(name));
}

/** The files whose links differ, with what they should be. */
export function unlinked() {
  const about = JSON.parse(readFileSync("package.json", "utf8"));
  return documents().flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const right = linked(text, about);
    return text === right ? [] : [{ file, text: right }];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  for (const { file, text } of unlinked()) {
    writeFileSync(file, text);
    console.log(file);
  }
