import type { Config } from "../../config/config.ts";
import * as form from "../../config/schema/forms.ts";
import { defineFact } from "../../distro/library/fact.ts";
import type { Since } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { unknown } from "../../image/unknown.ts";
import { mapping } from "../../python/checked.ts";
import { Raises, raisingAt } from "../../python/errors.ts";
import { IniFile } from "../../python/iniFile.ts";
import type { ConfigObject, ConfigValue } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { distrosBy } from "./distroNames.ts";
import { repositoryOptions } from "./repositoryOptions.ts";

interface Repository {
  readonly path: string;
  readonly options: ConfigObject;
  readonly because: Origin;
}

const supported = distrosBy([
  ["0", "fedora", "rhel"],
  ["20.3", "centos"],
  ["21.3", "almalinux", "eurolinux", "photon", "rocky", "virtuozzo"],
  ["21.4", "cloudlinux"],
  ["22.3", "openmandriva"],
  ["22.4", "mariner"],
  ["23.1", "OpenCloudOS", "TencentOS"],
  ["24.2", "azurelinux"],
  ["26.2", "amazon"],
]);

/** cc_yum_add_repo: writes a file for every repository that has none yet (18.5 to 26.2). */
export const yumAddRepo = defineModule({
  name: "yum_add_repo",
  frequency: "once-per-instance",
  distros: (since) => [...supported(since), ...(since("21.4") ? [since("23.3") ? "openeuler" : "openEuler"] : [])],
  activatedBy: ["yum_repos"],
  keys: {
    yum_repo_dir: form.text,
    yum_repos: form.filled(
      form.named(
        form.needs(
          form.hidingOthers("password", {
            ...repositoryOptions,
            baseurl: form.text,
            enabled: form.flag,
            metalink: form.text,
            mirrorlist: form.text,
            name: form.text,
          }),
          ["baseurl"],
          ["metalink"],
          ["mirrorlist"],
        ),
      ),
    ),
  },
  run(boot) {
    const given = boot.config.get("yum_repos") ?? null;
    if (!truthy(given)) return;
    const since: Since = (version) => boot.since(version);
    const required = boot.fact(REQUIRED_OPTIONS);
    const repositories = new Map<string, Repository>();
    for (const [name, config] of Object.entries(mapping(given, "yum_repos"))) {
      const id = repositoryId(since, name);
      const path = repositoryPath(boot.config, since, name);
      if (boot.image.stat(path) !== undefined || repositories.has(id)) continue;
      const because = boot.because("yum_repos", name);
      const options = raisingAt(because, () => optionsOf(config));
      if (!required.some((option) => options[option] !== undefined)) {
        boot.note("yum-repository-incomplete", { name, required }, because);
        continue;
      }
      repositories.set(id, { path, options, because });
    }
    for (const [id, { path, options, because }] of repositories) {
      const top = `# Created by cloud-init on ${unknown("the time of the boot")}\n`;
      boot.write(path, top + raisingAt(because, () => sectionText(id, options)), because);
    }
  },
});

/** A repository needs one of these: Red Hat's 23.4 has all three, as upstream since 24.3. */
const REQUIRED_OPTIONS = defineFact({
  name: "the options of which an entry of yum_repos needs one",
  file: "config/cc_yum_add_repo.py",
  readCode: (code): readonly string[] | undefined => {
    const list = /(?:\breq_fields = |\bfor req_field in )\[((?:\s*["']\w+["']\s*,?)*)\s*\]/.exec(code)?.[1];
    return list === undefined ? undefined : [...list.matchAll(/\w+/g)].map(([name]) => name);
  },
  byVersion: (since) => ["baseurl", ...(since("24.2") ? ["metalink"] : []), ...(since("24.3") ? ["mirrorlist"] : [])],
});

/** The file of an entry of yum_repos. */
export function repositoryPath(config: Config, since: Since, name: string): string {
  const directory = config.text("yum_repo_dir", "/etc/yum.repos.d/")!.replace(/(?<!\/)\/+$/, "");
  return `${directory}/${repositoryId(since, name)}.repo`;
}

/** The id of a repository: the key of its entry in the form that cloud-init gives it. */
export function repositoryId(since: Since, name: string): string {
  return since("22.3") ? name.replaceAll(" ", "-") : name.toLowerCase().replace(/[- ]/g, "_");
}

function optionsOf(config: ConfigValue): ConfigObject {
  const options: ConfigObject = Object.create(null);
  if (!truthy(config)) return options;
  for (const [key, value] of Object.entries(mapping(config, "a repository of yum_repos"))) {
    const name = key.toLowerCase().trim().replaceAll("-", "_");
    if (name !== "") options[name] = value;
  }
  return options;
}

function sectionText(id: string, options: ConfigObject): string {
  const file = new IniFile();
  for (const [key, value] of Object.entries(options)) {
    const text = optionText(value);
    if (/%/.test(text.replaceAll("%%", "").replace(/%\([^)]{1,200}\)s/g, "")))
      throw new Raises(`the option ${key} of ${id} contains %; write %%`);
    file.set(id, key, text);
  }
  return file.toString();
}

function optionText(value: ConfigValue): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  return Array.isArray(value) ? value.map(optionText).join("\n") : pyStr(value);
}
