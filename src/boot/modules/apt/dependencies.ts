import { isFalse } from "../../../config/options.ts";
import { holds, items, mapping, text } from "../../../python/checked.ts";
import { Raises, raisingAt } from "../../../python/errors.ts";
import type { ConfigValue } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import type { AptConfig } from "./aptConfig.ts";
import type { RepositoryMatch } from "./repositoryMatch.ts";

/** Installs the programs that keys and repositories need (cc_apt_configure's _ensure_dependencies, since 23.4). */
export function installDependencies(
  boot: ModuleRun,
  { values, because }: AptConfig,
  matches: RepositoryMatch | undefined,
): void {
  const packages = new Set<string>();
  const needs = (program: string, name: string) => {
    if (boot.lacks(program)) packages.add(name);
  };
  const replaces = isFalse(values.preserve_sources_list === undefined ? false : values.preserve_sources_list);
  for (const key of replaces ? ["primary", "security"] : [])
    if (truthy(values[key] ?? null))
      for (const mirror of items(values[key], `apt.${key}`)) if (hasKey(mirror)) needs("gpg", "gnupg");
  const sources = values.sources === undefined ? {} : mapping(values.sources, "apt.sources");
  for (const [key, value] of Object.entries(sources)) {
    const origin = because("sources", key);
    const entry = raisingAt(origin, () => mapping(value, `apt.sources.${key}`));
    if (raisingAt(origin, () => hasKey(entry))) needs("gpg", "gnupg");
    if (matches === undefined)
      throw new Raises("add_apt_repo_match must be a regular expression", because("add_apt_repo_match"));
    const source = entry.source === undefined ? "" : entry.source;
    if (matches(raisingAt(origin, () => text(source, `apt.sources.${key}.source`))) === true)
      needs("add-apt-repository", "software-properties-common");
  }
  if (packages.size > 0) boot.command(`apt-get install ${[...packages].sort().join(" ")}`);
}

function hasKey(value: ConfigValue): boolean {
  return holds(value, "key", "a mirror or source") || holds(value, "keyid", "a mirror or source");
}
