import { repositoryId, repositoryPath } from "../../../boot/modules/yumAddRepo.ts";
import { findPair } from "../../../config/merge.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { aptSources } from "../../../services/aptSources.ts";
import type { Setting } from "../../../services/service.ts";
import { yumRepositories } from "../../../services/yumRepositories.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import { versionOf } from "../configuration/moduleLists.ts";
import type { SystemRequest } from "./lostRequest.ts";

const LOST = { about: "package-source-lost", severity: "error" } as const;

/** What becomes of package sources, proxies and certificates in this image. */
export function lostPackageSources(context: CheckContext): SystemRequest[] {
  return [
    ...proxiesOverridden(context),
    ...sourcesBeside(context),
    ...yumRepositoriesUnread(context),
    ...zypperRepositoriesKept(context),
    ...defaultsKept(context),
    ...keysWithoutGpg(context),
  ];
}

/** The keys of proxies in the order of their lines, of which the last counts. */
const PROXIES: readonly (readonly [key: string, option: string])[] = [
  ["http_proxy", "Acquire::http::Proxy"],
  ["proxy", "Acquire::http::Proxy"],
  ["https_proxy", "Acquire::https::Proxy"],
  ["ftp_proxy", "Acquire::ftp::Proxy"],
];

/** Proxies of apt that another file of the image, or `apt.conf`, sets otherwise. */
function proxiesOverridden(context: CheckContext): SystemRequest[] {
  const { booted } = context;
  const seen = new Set<string>();
  return PROXIES.flatMap(([key, option]): SystemRequest[] => {
    const pair = booted.config.pair("apt", key);
    if (pair === undefined || !truthy(pair.value) || seen.has(option)) return [];
    seen.add(option);
    const now = after(context).find((setting) => setting.key.toLowerCase() === option.toLowerCase());
    if (now === undefined || now.value === pyStr(pair.value)) return [];
    const message = `apt.${key} has no effect: ${now.path}:${now.line} sets ${option} to "${now.value}", and apt reads that file after cloud-init's. Remove the line.`;
    return [{ ...LOST, module: "apt_configure", message, cause: originOf(pair) }];
  });
}

function after(context: CheckContext): readonly Setting[] {
  return context.settings(aptSources).after;
}

/** `apt.sources_list` in the one-line format, which leaves the image's file in deb822 format as it is since 23.4. */
function sourcesBeside(context: CheckContext): SystemRequest[] {
  const { booted } = context;
  const pair = booted.config.pair("apt", "sources_list");
  const written = booted.changes.find(({ path }) => path === "/etc/apt/sources.list");
  if (pair === undefined || !truthy(pair.value) || written?.blames.at(-1)?.module !== "apt_configure") return [];
  const uris = new Set(after(context).flatMap(({ path, key }) => (path === written.path ? [uriOf(key)] : [])));
  const stay = after(context).filter(
    ({ path = "", key }) => /\/(?:debian|ubuntu)\.sources$/.test(path) && /^deb /.test(key) && !uris.has(uriOf(key)),
  );
  const [first] = stay;
  if (first?.path === undefined || uris.size === 0) return [];
  const mirrors = [...new Set(stay.map(({ key }) => `"${uriOf(key)}"`))];
  const message = `apt.sources_list replaces only ${written.path}: ${first.path} stays, so packages come from ${shortList(mirrors)} too. Write apt.sources_list in deb822 format, which replaces ${first.path}.`;
  return [{ ...LOST, severity: "warning", module: "apt_configure", message, cause: originOf(pair) }];
}

function uriOf(key: string): string {
  return key.slice(key.indexOf(" ") + 1, key.lastIndexOf(" "));
}

/** Repositories that dnf does not read from the file that cloud-init wrote. */
function yumRepositoriesUnread(context: CheckContext): SystemRequest[] {
  const { booted } = context;
  const version = versionOf(context);
  const repositories = booted.config.node("yum_repos");
  if (version === undefined || repositories?.type !== "mapping") return [];
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const written = new Set(booted.changes.flatMap(({ path, op }) => (op === "created" ? [path] : [])));
  const read = context.settings(yumRepositories).after;
  const byKey = new Map(read.map((setting) => [setting.key, setting]));
  const files = new Set(read.map(({ path }) => path));
  return repositories.children.flatMap((pair): SystemRequest[] => {
    const name = pyStr(pair.key);
    const path = repositoryPath(booted.config, since, name);
    if (!written.has(path)) return [];
    const id = repositoryId(since, name);
    const other = ["baseurl", "metalink", "mirrorlist"].map((option) => byKey.get(`${id} ${option}`)).find(Boolean);
    const common = { ...LOST, module: "yum_add_repo", cause: originOf(pair) };
    if (other?.path !== undefined && other.path !== path) {
      const message = `yum_repos.${name} has no effect: ${other.path}:${other.line} defines the repository "${id}" already, and dnf ignores the one in ${path}. Rename the key of yum_repos.`;
      return [{ ...common, message }];
    }
    if (files.has(path) || !/^[\w.:-]+$/.test(id)) return [];
    const message = `yum_repos.${name} has no effect: dnf does not read ${path}, since yum_repo_dir is not one of its directories. Remove yum_repo_dir.`;
    return [{ ...common, message }];
  });
}

/** Entries of zypper.repos whose file exists, which cloud-init does not change. */
function zypperRepositoriesKept({ booted, image }: CheckContext): SystemRequest[] {
  const repositories = booted.config.node("zypper", "repos");
  if (repositories?.type !== "sequence" || booted.config.node("zypper", "config", "reposdir") !== undefined) return [];
  return repositories.children.flatMap((repository): SystemRequest[] => {
    const id = repository.type === "mapping" ? findPair(repository, "id") : undefined;
    if (id === undefined) return [];
    const path = `/etc/zypp/repos.d/${pyStr(id.value).replaceAll(" ", "_")}.repo`;
    if (image.stat(path) === undefined) return [];
    const message = `The repository "${pyStr(id.value)}" of zypper.repos has no effect: ${path} exists in the image, and cloud-init never changes an existing repository file. Remove the file, or choose another id.`;
    return [{ ...LOST, severity: "warning", module: "zypper_add_repo", message, cause: originOf(id) }];
  });
}

/** Keys of sources that cloud-init cannot convert. */
function keysWithoutGpg({ booted }: CheckContext): SystemRequest[] {
  return booted.notes.flatMap((note): SystemRequest[] => {
    if (note.code !== "apt-key-needs-gpg" || note.origin === null) return [];
    const message = `The key of "${note.name}" is not added, since gpg is not installed in the image, so apt refuses its source. Install gpg in the image.`;
    return [{ ...LOST, module: "apt_configure", message, cause: note.origin }];
  });
}

/** `remove_defaults` on a distribution whose certificates cloud-init leaves as they are. */
function defaultsKept({ booted }: CheckContext): SystemRequest[] {
  return booted.notes.flatMap((note): SystemRequest[] => {
    if (note.code !== "ca-defaults-kept" || note.origin === null) return [];
    const message = `remove_defaults has no effect: cloud-init cannot remove the default certificates of "${note.distro}", so all of them stay trusted. Remove them when the image is built.`;
    return [{ about: "ca-certificate-lost", severity: "error", module: "ca_certs", message, cause: note.origin }];
  });
}
