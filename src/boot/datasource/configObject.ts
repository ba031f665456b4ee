import { builtin } from "../../config/builtin.ts";
import type { BaseConfig } from "../../config/read.ts";
import type { CloudData } from "../../config/seed.ts";
import type { ConfigObject, Mapping } from "../../config/tree.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { unknown } from "../unknown.ts";

/** Adds what the datasource by itself puts over the image's configuration (DataSource.get_config_obj). */
export function withConfigObject(cloud: CloudData, version: string, _base: BaseConfig): CloudData {
  const object = cloud.datasource === undefined ? undefined : CONFIG_OBJECTS[cloud.datasource]?.(version);
  if (object === undefined) return cloud;
  return { ...cloud, config: builtin(object, `cloud-init's datasource ${cloud.datasource}`) as Mapping };
}

const CONFIG_OBJECTS: Readonly<Record<string, (version: string) => ConfigObject>> = { Azure: azure };

void [versionAtLeast, unknown];
function azure(): ConfigObject {
  return {};
}
