import { CLOUD_CFG } from "../../../config/read.ts";
import type { Origin } from "../../../image/origin.ts";
import { mapping } from "../../../python/checked.ts";
import { equal } from "../../../python/dataModel.ts";
import { Raises, raisingAt } from "../../../python/errors.ts";
import type { ConfigObject, ConfigValue } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** The values under `apt`, or under the older keys that it replaced. */
export interface AptConfig {
  readonly values: ConfigObject;
  /** The line to blame for a value under `apt`, or for its absence. */
  because(...path: [string, ...(string | number)[]]): Origin;
}

/** Keys from before `apt`, in the order in which the code iterates over them, and what became of them. */
const RENAMED: readonly (readonly [old: string, name: string])[] = [
  ["apt_sources", "sources"],
  ["apt_proxy", "proxy"],
  ["apt_http_proxy", "http_proxy"],
  // cloud-init's code has these two the wrong way round.
  ["apt_ftp_proxy", "https_proxy"],
  ["apt_https_proxy", "ftp_proxy"],
  ["apt_preserve_sources_list", "preserve_sources_list"],
  ["apt_custom_sources_list", "sources_list"],
  ["add_apt_repo_match", "add_apt_repo_match"],
];

/** Keys that became keys of the only entry of `primary`. */
const OF_MIRROR: readonly (readonly [old: string, name: string])[] = [
  ["apt_mirror", "uri"],
  ["apt_mirror_search", "search"],
  ["apt_mirror_search_dns", "search_dns"],
];

/** Reads `apt` and the older keys (cc_apt_configure, 20.4 to 26.2). @throws Raises if it raises */
export function readAptConfig(boot: ModuleRun): AptConfig {
  const given = boot.config.get("apt");
  const old = (key: string): ConfigValue | undefined => {
    const value = boot.config.get(key);
    return value === null || value === "" ? undefined : value;
  };
  const sources = boot.config.get("apt_sources");
  const oldSources = sources === undefined || sources === null ? undefined : namedSources(sources);
  const renamed = RENAMED.map(([key, name]) => ({ key, name, value: key === "apt_sources" ? oldSources : old(key) }));
  const ofMirror = OF_MIRROR.map(([key, name]) => ({ key, name, value: old(key) }));
  const isOld = [...renamed, ...ofMirror].some(({ value }) => value !== undefined);

  if (isOld && (given === undefined || given === null)) {
    const values: ConfigObject = Object.create(null);
    for (const { name, value } of renamed) if (value !== undefined) values[name] = value;
    const mirror: ConfigObject = Object.create(null);
    for (const { name, value } of ofMirror) if (value !== undefined) mirror[name] = value;
    if (Object.keys(mirror).length > 0) values.primary = [{ arches: ["default"], ...mirror }];
    return {
      values,
      because: (name) => {
        const key = [...renamed, ...ofMirror.map((member) => ({ ...member, name: "primary" }))].find(
          (candidate) => candidate.name === name && candidate.value !== undefined,
        )?.key;
        return key === undefined ? boot.listed : boot.because(key);
      },
    };
  }
  const values =
    given === undefined ? Object.create(null) : raisingAt(boot.because("apt"), () => mapping(given, "apt"));
  for (const { key, name, value } of renamed) {
    const now = values[name];
    if (value === undefined || now === undefined || now === null || equal(value, now)) continue;
    // A distribution's cloud.cfg has the older key of what somebody sets elsewhere.
    const older = boot.because(key);
    const origin = older.path === CLOUD_CFG ? boot.because("apt", name) : older;
    throw new Raises(`${key} is ${pyStr(value)}, but apt.${name} is ${pyStr(now)}`, origin);
  }
  return { values, because: (...path) => boot.because("apt", ...path) };
}

/** A list of sources in the form of the mapping that replaced it: by file name, else by a generated name. */
function namedSources(sources: ConfigValue): ConfigObject {
  if (!Array.isArray(sources)) return mapping(sources, "apt_sources");
  const named: ConfigObject = Object.create(null);
  sources.forEach((source, index) => {
    const entry = mapping(source, "an entry of apt_sources");
    if ("filename" in entry) named[pyStr(entry.filename ?? null)] = entry;
    else {
      entry.filename = "cloud_config_sources.list";
      named[`${index} cloud_config_sources.list`] = entry;
    }
  });
  return named;
}
