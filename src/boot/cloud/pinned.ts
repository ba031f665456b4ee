import { BUILTIN_PATH } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import { datasourceNamed } from "../../config/datasources.ts";
import type { BaseConfig } from "../../config/read.ts";
import { DS_IDENTIFY_CFG, dsIdentifySetting, writesDatasourceList } from "../../distro/dsIdentify.ts";
import { commandLineParts } from "../../distro/kernelCommandLine.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Image } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { dsIdentifyList } from "./dsIdentifyList.ts";

/** The datasources that cloud-init of an image looks for, and the line that says so. */
export interface DatasourceList {
  readonly names: readonly string[];
  readonly origin: Origin;
}

/**
 * The datasources that an image requests. ds-identify reads them before cloud-init starts, and what it finds goes into
 * /run/cloud-init/cloud.cfg, which beats every file (20.4 to 26.2); where it writes none, the merged datasource_list
 * holds in whatever form it is written. Undefined if the built-in list holds.
 */
export function listedDatasources(image: Image, version: string, base: BaseConfig): DatasourceList | undefined {
  const fromKernel = fromCommandLine(image, version);
  if (writesDatasourceList(image, commandLineParts(image)))
    return fromKernel ?? fromOwnConfig(image) ?? dsIdentifyList(image, version);
  // cloud-init itself reads the command line since 23.2 (sources/__init__.py), and a seed of NoCloud on it in all
  // versions.
  const isRead = versionAtLeast(version, "23.2") || fromKernel?.names[0] === "NoCloud";
  return (isRead ? fromKernel : undefined) ?? merged(base);
}

/** The only datasource of a list: [X] or [X, None]. cloud-init then does not examine the machine. */
export function pinnedDatasource(list: DatasourceList | undefined): string | undefined {
  const [name, second, ...more] = list?.names ?? [];
  return name !== undefined && (second === undefined || second === "None") && more.length === 0 ? name : undefined;
}

/** ci.ds= and ci.datasource=, since 23.2 also ds=; before that ds=nocloud names a seed, which has the same effect. */
function fromCommandLine(image: Image, version: string): DatasourceList | undefined {
  let found: DatasourceList | undefined;
  for (const { text, path, line } of commandLineParts(image))
    for (const word of text.split(/\s+/)) {
      const [, key, value = ""] = /^(ds|ci\.ds|ci\.datasource)=([^;]*)/.exec(word) ?? [];
      const counts = key !== undefined && (key !== "ds" || versionAtLeast(version, "23.2") || value === "nocloud");
      const name = counts ? knownName(value, version) : undefined;
      if (name !== undefined) found = { names: [name], origin: { path, line, column: 1 } };
    }
  return found;
}

/** All versions accept a NoCloud seed on the command line; before 23.2 other names count only as written. */
function knownName(value: string, version: string): string | undefined {
  const name = datasourceNamed(value);
  return name === value || value === "nocloud" || versionAtLeast(version, "23.2") ? name : undefined;
}

/** `datasource` in ds-identify's own file. */
function fromOwnConfig(image: Image): DatasourceList | undefined {
  const setting = dsIdentifySetting(image, "datasource");
  const name = setting && datasourceNamed(setting.value);
  return name === undefined
    ? undefined
    : { names: [name], origin: { path: DS_IDENTIFY_CFG, line: setting!.line, column: 1 } };
}

/** The list of the files themselves, as stages.Init reads it; undefined if none of them sets one. */
function merged(base: BaseConfig): DatasourceList | undefined {
  const config = new Config(base.root);
  const list = config.get("datasource_list");
  const origin = config.origin("datasource_list");
  if (!Array.isArray(list) || origin === undefined || origin.path === BUILTIN_PATH) return undefined;
  const names = list.filter((name) => typeof name === "string");
  return names.length === 0 ? undefined : { names, origin };
}
