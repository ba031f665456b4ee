import { unknown } from "../../image/unknown.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** The instance ID as modules write it into files. */
export function instanceName(boot: ModuleRun): string {
  return boot.cloud.metaData === undefined ? unknown("the instance ID") : boot.instance.directory.split("/").pop()!;
}
