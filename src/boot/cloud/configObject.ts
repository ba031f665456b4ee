import { builtin } from "../../config/builtin.ts";
import type { CloudData } from "../../config/seed.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { type Image, readText } from "../../image/image.ts";
import { unknown } from "../../image/unknown.ts";
import type { ConfigObject, Mapping } from "../../python/tree.ts";
import { completedAzure } from "./forms/azure.ts";

/**
 * Adds the configuration with which the datasource overrides the image's; user-data overrides both (get_config_obj of
 * each datasource, 20.4 to 26.2).
 */
export function withConfigObject(cloud: CloudData, image: Image, version: string): CloudData {
  if (cloud.datasource === "Azure") return completedAzure(cloud, version);
  if (cloud.datasource !== "RbxCloud") return cloud;
  return { ...cloud, config: builtin(rbxCloud(image), `cloud-init's datasource ${cloud.datasource}`) as Mapping };
}

/** Datasources that add configuration on some machines only. */
const ADDING = ["Azure", "SmartOS", "CloudStack", "Exoscale"] as const;

/** The datasource where it is one that adds configuration on some machines only (Azure since 21.1). */
export function addingDatasource(datasource: string | undefined, version: string): (typeof ADDING)[number] | undefined {
  if (datasource === "Azure" && !versionAtLeast(version, "21.1")) return undefined;
  return ADDING.find((name) => name === datasource);
}

function rbxCloud(image: Image): ConfigObject {
  const name = unknown("the user name that the cloud assigns");
  const user = {
    name,
    gecos: name,
    sudo: ["ALL=(ALL) NOPASSWD:ALL"],
    passwd: unknown("the password hash that the cloud provides"),
    lock_passwd: false,
    ssh_authorized_keys: [unknown("the public keys that the cloud provides")],
  };
  return {
    ssh_pwauth: true,
    disable_root: true,
    system_info: { default_user: user },
    manage_etc_hosts: (readText(image, "/etc/hosts") ?? "") === "",
  };
}
