import type { Image } from "../image/image.ts";
import { hasUnknown } from "../image/unknown.ts";
import { readStatements } from "./lines.ts";
import { type IniOption, readDnfIni, repositorySecret } from "./repositories/ini.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";

/** The main files of dnf, yum and tdnf; the first one that exists counts. */
const MAIN = ["/etc/dnf/dnf.conf", "/etc/yum.conf", "/etc/yum/yum.conf", "/etc/tdnf/tdnf.conf"];
const DIRECTORIES = ["/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d"];
const VARIABLES = ["/etc/yum/vars", "/etc/dnf/vars"];
const LISTS = new Set(["baseurl", "exclude", "excludepkgs", "gpgkey", "includepkgs"]);
const INHERITED = ["gpgcheck", "proxy", "repo_gpgcheck", "sslverify"];
const ID = /^[\w.:-]+$/;
const SWITCHES = new Set(["enabled", "gpgcheck", "repo_gpgcheck", "skip_if_unavailable", "sslverify"]);

/**
 * Package sources of dnf, yum and tdnf: "baseos baseurl" is an option of a repository, "[main] proxy" one of the main
 * file, "vars/releasever" the value of a variable. Of repositories with the same id, the first counts.
 */
export const yumRepositories: Service = {
  name: "yum-repositories",
  secret: repositorySecret,
  read(image: Image): Setting[] {
    const settings = new SettingMap();
    const main = MAIN.find((path) => image.stat(path)?.kind === "file");
    const known = new Set<string>();
    let directories = DIRECTORIES;
    if (main !== undefined) {
      const file = readDnfIni(image, main);
      for (const option of file.options.filter(({ section }) => section === "main")) {
        put(settings, "[main]", option, main);
        if (option.name === "reposdir" || option.name === "repodir") directories = listIn(option.value).slice(0, 20);
      }
      addRepositories(settings, known, file, main);
    }
    for (const directory of directories) {
      for (const name of image.list(directory).filter((file) => file.endsWith(".repo"))) {
        const path = `${directory}/${name}`;
        addRepositories(settings, known, readDnfIni(image, path), path);
      }
    }
    for (const id of known) offerDefaults(settings, id);
    for (const setting of VARIABLES.flatMap((directory) => variablesIn(image, directory))) settings.put(setting);
    return settings.list();
  },
};

function addRepositories(
  settings: SettingMap,
  known: Set<string>,
  { sections, options }: ReturnType<typeof readDnfIni>,
  path: string,
): void {
  for (const option of options) {
    const { section: id } = option;
    if (id !== "main" && ID.test(id) && !known.has(id)) put(settings, id, option, path);
  }
  for (const id of sections) if (id !== "main" && ID.test(id)) known.add(id);
}

/** Adds a repository's defaults: it is enabled unless set otherwise, and inherits these options from the main file. */
function offerDefaults(settings: SettingMap, id: string): void {
  settings.offer({ key: `${id} enabled`, value: "1" });
  for (const name of INHERITED) {
    const main = settings.get(`[main] ${name}`);
    if (main !== undefined) settings.offer({ ...main, key: `${id} ${name}` });
  }
}

function put(settings: SettingMap, section: string, { name, value: text, line }: IniOption, path: string): void {
  const key = `${section} ${name}`;
  const value = optionValue(name, text);
  // An empty value unsets an earlier one.
  if (value === "") settings.delete(key);
  else if (value !== undefined) settings.put({ key, value, path, line });
}

/** The value of an option; undefined if it is invalid, so that the default counts. */
function optionValue(name: string, text: string): string | undefined {
  if (LISTS.has(name) && !hasUnknown(text)) return listIn(text).join(" ");
  if (!SWITCHES.has(name)) return text.replaceAll("\n", " ");
  if (/^(1|yes|true|on)$/i.test(text)) return "1";
  return /^(0|no|false|off)$/i.test(text) ? "0" : undefined;
}

function listIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

function variablesIn(image: Image, directory: string): Setting[] {
  return image.list(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    const line = readStatements(image, path, "")[0];
    return line === undefined ? [] : [{ key: `vars/${name}`, value: line.text, path, line: line.number }];
  });
}
