import * as form from "../../config/schema/forms.ts";
import { unknown } from "../../image/unknown.ts";
import { isMapping, items, mapping, text } from "../../python/checked.ts";
import { Raises, raisingAt } from "../../python/errors.ts";
import type { ConfigObject, ConfigValue } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { strictText } from "../files/strictText.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { distrosBy, NEW_SUSE } from "./distroNames.ts";
import { repositoryOptions } from "./repositoryOptions.ts";

const ZYPP_CONF = "/etc/zypp/zypp.conf";

/**
 * cc_zypper_add_repo: files for new repositories, and settings added to zypp.conf, since 22.1 at every boot (18.5 to
 * 26.2).
 */
export const zypperAddRepo = defineModule({
  name: "zypper_add_repo",
  frequency: (since) => (since("22.2") ? "always" : "once-per-instance"),
  distros: distrosBy([
    ["0", "opensuse", "sles"],
    ["23.1", ...NEW_SUSE],
  ]),
  activatedBy: ["zypper"],
  keys: {
    zypper: form.filled(
      form.openKeys({
        config: form.openKeys({}),
        repos: form.list(
          form.hidingOthers("password", { ...repositoryOptions, baseurl: form.text, id: form.text }, ["id", "baseurl"]),
          1,
        ),
        reposdir: form.any,
      }),
    ),
  },
  run(boot) {
    const given = boot.config.get("zypper") ?? null;
    if (!truthy(given)) return;
    const zypper = mapping(given, "zypper");
    if (!truthy(zypper.repos ?? null)) return;
    const config = zypper.config === undefined ? {} : mapping(zypper.config, "zypper.config");
    addSettings(boot, config);
    const directory =
      config.reposdir === undefined ? "/etc/zypp/repos.d" : pyStr(config.reposdir).replace(/(?<!\/)\/+$/, "");
    const pending = new Set<string>();
    items(zypper.repos, "zypper.repos").forEach((repository, index) => {
      if (!isMapping(repository) || repository.id === undefined || repository.baseurl === undefined) return;
      const because = boot.because("zypper", "repos", index);
      const id = raisingAt(because, () => text(repository.id, "the id of a repository"));
      const path = `${directory}/${id.replaceAll(" ", "_")}.repo`;
      if (boot.image.stat(path) !== undefined || pending.has(id)) return;
      pending.add(id);
      boot.write(path, repositoryText(id, repository), because);
    });
  },
});

/** What ConfigObj writes, without a final newline; unknown if it would quote a value. */
function repositoryText(id: string, repository: ConfigObject): string {
  const options = new Map<string, ConfigValue>();
  for (const [key, value] of Object.entries(repository))
    if (key !== "" && key !== "id") options.set(key.toLowerCase().trim().replaceAll("-", "_"), value);
  for (const key of ["enabled", "autorefresh"]) if (!options.has(key)) options.set(key, "1");
  const lines = [...options].map(([key, value]) => `${key} = ${optionText(value)}`);
  return [`[${id}]`, ...lines].join("\n");
}

function optionText(value: ConfigValue): string {
  const plain = typeof value === "boolean" ? String(Number(value)) : pyStr(value);
  return Array.isArray(value) || /[,#'"\n]|^\s|\s$|^$/.test(plain) ? unknown("a quoted value") : plain;
}

function addSettings(boot: ModuleRun, config: ConfigObject): void {
  if (Object.keys(config).length === 0) return;
  const before = strictText(boot, ZYPP_CONF);
  if (before === undefined) throw new Raises(`${ZYPP_CONF} does not exist`, boot.because("zypper", "config"));
  const settings = Object.entries(config)
    .filter(([key, value]) => key !== "configdir" && truthy(value))
    .map(([key, value]) => `${key}=${pyStr(value)}`);
  const added = settings.length === 0 ? "" : ["# Added via cloud.cfg", ...settings].join("\n");
  boot.write(ZYPP_CONF, before + added, boot.because("zypper", "config"));
}
