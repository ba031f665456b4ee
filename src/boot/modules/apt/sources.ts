import type { Origin } from "../../../image/origin.ts";
import { holds, mapping, text } from "../../../python/checked.ts";
import { Raises, raisingAt } from "../../../python/errors.ts";
import { type ConfigObject, originOf } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { renderText } from "../../files/imageTemplates.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import type { AptConfig } from "./aptConfig.ts";
import { addKey } from "./keys.ts";
import type { RepositoryMatch } from "./repositoryMatch.ts";

const PARTS = "/etc/apt/sources.list.d/";

/** Adds the sources of `apt.sources`, each to a file (20.4 to 26.2). */
export function addSources(
  boot: ModuleRun,
  apt: AptConfig,
  matches: RepositoryMatch | undefined,
  mirrors: ConfigObject,
): void {
  if (matches === undefined)
    throw new Raises("add_apt_repo_match must be a regular expression", apt.because("add_apt_repo_match"));
  const files = new SourceFiles(boot);
  try {
    addEach(boot, apt, matches, { ...mirrors }, files);
  } finally {
    files.write();
  }
  boot.command("apt-get update");
}

function addEach(
  boot: ModuleRun,
  apt: AptConfig,
  matches: RepositoryMatch,
  variables: ConfigObject,
  files: SourceFiles,
): void {
  const node = boot.config.node("apt", "sources");
  const pairs = node?.type === "mapping" ? node.children : [];
  const places = new Map(pairs.map((pair) => [pyStr(pair.key), originOf(pair)]));
  for (const [key, value] of Object.entries(mapping(apt.values.sources, "apt.sources"))) {
    const because = places.get(key) ?? apt.because("sources");
    const entry = raisingAt(because, () => mapping(value, `apt.sources.${key}`));
    if (!("filename" in entry)) entry.filename = key;
    const named = boot.since("21.4") && "source" in entry && holds(entry.source, "$KEY_FILE", "a source");
    const keyFile = raisingAt(because, () => addKey(boot, entry, entry.filename, { because, named }));
    if (named) variables.KEY_FILE = keyFile ?? null;
    if (!("source" in entry)) continue;

    const [source, name] = raisingAt(because, () => [
      renderText(boot, text(entry.source, `apt.sources.${key}.source`), variables),
      text(entry.filename, `apt.sources.${key}.filename`),
    ]);
    const path = `${name.startsWith("/") ? "" : PARTS}${name}${name.endsWith(".list") ? "" : ".list"}`;
    // Entries that share this mapping through a YAML alias see the path in it.
    entry.filename = path;
    const isRepository = matches(source);
    const isNew = boot.since("22.4") && "append" in entry && !truthy(entry.append ?? null);
    if (isRepository === true) raisingAt(because, () => addRepository(boot, source));
    else if (isRepository === "unknown")
      boot.mayChange(path, "cloud-init writes it unless add_apt_repo_match matches its source", because);
    else files.add(path, source, { isNew, because });
  }
}

/** Files with sources, each written once, since several sources may go to one file. */
class SourceFiles {
  readonly #boot: ModuleRun;
  readonly #files = new Map<string, { parts: Buffer[]; because: Origin }>();

  constructor(boot: ModuleRun) {
    this.#boot = boot;
  }

  add(path: string, source: string, { isNew, because }: { isNew: boolean; because: Origin }): void {
    const real = this.#boot.image.realpath(path) ?? path;
    const file = this.#files.get(real) ?? { parts: [this.#boot.image.read(path) ?? Buffer.alloc(0)], because };
    this.#files.set(real, file);
    if (isNew) file.parts = [];
    file.parts.push(Buffer.from(`${source}\n`));
  }

  write(): void {
    for (const [path, { parts, because }] of this.#files) this.#boot.write(path, Buffer.concat(parts), because);
  }
}

function addRepository(boot: ModuleRun, source: string): void {
  if (!boot.since("23.4") && boot.lacks("add-apt-repository")) throw new Raises("add-apt-repository is not installed");
  boot.command(`add-apt-repository ${boot.since("22.2") ? "--no-update " : ""}${source}`);
}
