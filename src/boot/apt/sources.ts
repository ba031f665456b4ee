import type { ConfigObject } from "../../config/tree.ts";
import { truthy } from "../../config/value.ts";
import { ModuleFailure, type ModuleRun } from "../module.ts";
import { renderText } from "../templateFile.ts";
import type { AptConfig } from "./aptConfig.ts";
import { addKey } from "./keys.ts";
import { holds, mapping, text } from "./pythonValue.ts";
import type { RepositoryMatch } from "./repositoryMatch.ts";

const PARTS = "/etc/apt/sources.list.d/";

/** Adds the sources of `apt.sources`, each in a file of its own (20.4 to 26.2). */
export function addSources(
  boot: ModuleRun,
  apt: AptConfig,
  matches: RepositoryMatch | undefined,
  mirrors: ConfigObject,
): void {
  if (matches === undefined) throw new ModuleFailure("add_apt_repo_match is switched off");
  const variables = { ...mirrors };
  for (const [key, value] of Object.entries(mapping(apt.values.sources, "apt.sources"))) {
    const entry = mapping(value, `apt.sources.${key}`);
    const because = apt.because("sources", key);
    if (!("filename" in entry)) entry.filename = key;
    const named = boot.since("21.4") && "source" in entry && holds(entry.source, "$KEY_FILE", "a source");
    const keyFile = addKey(boot, entry, entry.filename, { because, named });
    if (named) variables.KEY_FILE = keyFile ?? null;
    if (!("source" in entry)) continue;

    const rendered = renderText(boot, text(entry.source, `apt.sources.${key}.source`), variables);
    const name = text(entry.filename, `apt.sources.${key}.filename`);
    const path = `${name.startsWith("/") ? "" : PARTS}${name}${name.endsWith(".list") ? "" : ".list"}`;
    // Entries that share this mapping by a YAML alias find the path in it.
    entry.filename = path;
    const isRepository = matches(rendered);
    if (isRepository === true) addRepository(boot, rendered);
    else if (isRepository === "unknown") boot.mayChange(path, "unless add_apt_repo_match matches its source", because);
    else {
      const overwrites = boot.since("22.4") && "append" in entry && !truthy(entry.append ?? null);
      const former = overwrites ? Buffer.alloc(0) : (boot.image.read(path) ?? Buffer.alloc(0));
      boot.write(path, Buffer.concat([former, Buffer.from(`${rendered}\n`)]), because);
    }
  }
  boot.command("apt-get update");
}

function addRepository(boot: ModuleRun, source: string): void {
  if (!boot.since("23.4") && boot.lacks("add-apt-repository"))
    throw new ModuleFailure("there is no add-apt-repository");
  boot.command(`add-apt-repository ${boot.since("22.2") ? "--no-update " : ""}${source}`);
}
