import { isFalse } from "../../config/options.ts";
import { items, mapping, text } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { truthy } from "../../python/value.ts";
import { hostnameKeys } from "../hostname/hostnameKeys.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";
import { writeAptConf } from "./apt/aptConf.ts";
import { type AptConfig, readAptConfig } from "./apt/aptConfig.ts";
import { setDebconfSelections } from "./apt/debconf.ts";
import { installDependencies } from "./apt/dependencies.ts";
import { addKey } from "./apt/keys.ts";
import { defaultMirrors, findMirrors } from "./apt/mirrors.ts";
import { architecture, codename } from "./apt/platform.ts";
import { repositoryMatch } from "./apt/repositoryMatch.ts";
import { aptKeys } from "./apt/schema.ts";
import { addSources } from "./apt/sources.ts";
import { writeSourcesList } from "./apt/sourcesList.ts";

/** cc_apt_configure: apt's sources, its configuration and answers for debconf (18.5 to 26.2). */
export const aptConfigure = defineModule({
  name: "apt_configure",
  frequency: "once-per-instance",
  distros: (since) => (since("20.3") ? ["ubuntu", "debian", ...(since("25.2") ? ["raspberry-pi-os"] : [])] : "all"),
  activatedBy: [],
  needs: [
    ...programs("add-apt-repository apt apt-config apt-get debconf-set-selections dpkg gpg lsb_release"),
    "usr/share/pyshared/lsb_release.py",
    "var/lib/dpkg",
  ],
  keys: { ...aptKeys, fqdn: hostnameKeys.fqdn, hostname: hostnameKeys.hostname },
  run(boot) {
    const apt = readAptConfig(boot);
    const { values } = apt;
    setDebconfSelections(boot, apt);
    if (Object.keys(values).length === 0 && !hasApt(boot)) return;

    const release = codename(boot);
    const arch = architecture(boot);
    const mirrors = findMirrors(boot, apt, arch);
    if (boot.since("23.4")) installDependencies(boot, apt, repositoryMatch(values.add_apt_repo_match));
    if (isFalse(values.preserve_sources_list === undefined ? false : values.preserve_sources_list)) {
      const keys = boot.since("21.3") ? addMirrorKeys(boot, apt) : {};
      writeSourcesList(boot, apt, release, templateVariables(release, keys, mirrors));
      checkListNames(boot, mirrors, arch);
    }
    writeAptConf(boot, apt);
    if (values.sources !== undefined)
      addSources(boot, apt, repositoryMatch(values.add_apt_repo_match), { ...mirrors, RELEASE: release });
    // 23.3 stops the daemons of gpg without checking whether gpg is installed.
    if (boot.since("23.3") && !boot.since("23.4") && boot.lacks("gpgconf"))
      throw new Raises("gpgconf is not installed");
  },
});

/** Without configuration nothing happens on a system that does not use apt, or only snap. */
function hasApt(boot: ModuleRun): boolean {
  return boot.distro.id !== "ubuntu-core" && !(boot.lacks("apt-get") && boot.lacks("apt"));
}

/** Adds the keys of the configured mirrors; since 25.1 templates receive their paths. */
function addMirrorKeys(boot: ModuleRun, { values, because }: AptConfig): ConfigObject {
  const files: ConfigObject = {};
  for (const kind of ["primary", "security"]) {
    const mirrors = values[kind] === undefined ? [] : items(values[kind], `apt.${kind}`);
    for (const [index, mirror] of mirrors.entries()) {
      const file = addKey(boot, mapping(mirror, "a mirror"), kind, { because: because(kind, index), named: false });
      if (file !== undefined && boot.since("25.1")) files[`${kind}_key`] = file;
    }
  }
  return files;
}

function templateVariables(release: string, keys: ConfigObject, mirrors: ConfigObject): ConfigObject {
  const variables: ConfigObject = { RELEASE: release, codename: release, ...keys };
  for (const [name, mirror] of Object.entries(mirrors)) {
    variables[name] = mirror;
    variables[name.toLowerCase()] = mirror;
  }
  return variables;
}

/**
 * The files in /var/lib/apt/lists are named after the new mirrors. That is not simulated, only its failures: for an
 * architecture without default mirrors, and for a mirror that is not a string.
 */
function checkListNames(boot: ModuleRun, mirrors: ConfigObject, arch: string): void {
  for (const name of Object.keys(defaultMirrors(boot, arch)))
    if (truthy(mirrors[name] ?? null)) text(mirrors[name], `the ${name.toLowerCase()} mirror`);
}
