/** The newest version in CHANGELOG.md, and its section without the heading. */
export function changesOf(changelog) {
  const [, section = ""] = changelog.split(/^## /m);
  const [newest = "", ...lines] = section.split("\n");
  return { newest: newest.trim(), text: lines.join("\n").trim() };
}
