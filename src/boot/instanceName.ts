import type { ModuleRun } from "./module.ts";
import { unknown } from "./unknown.ts";

/** The instance's id as modules write it into files. */
export function instanceName(boot: ModuleRun): string {
  return boot.cloud.metaData === undefined ? unknown("the instance's id") : boot.instance.directory.split("/").pop()!;
}
