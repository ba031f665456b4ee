import type { PyDict, PyValue } from "../../../python/dataModel.ts";
import type { Mapping } from "../../../python/tree.ts";
import { fromNode } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { CLOUD_NETWORKS, refuseUnknown } from "./clouds/clouds.ts";

/**
 * The network configuration that a datasource generates from its meta-data; undefined if it generates none.
 * @throws CannotTell if that is not simulated
 */
export function fromMetaData(metaData: Mapping, boot: ModuleRun): PyValue | undefined {
  const { datasource = "" } = boot.cloud;
  const known = Object.hasOwn(CLOUD_NETWORKS, datasource) ? CLOUD_NETWORKS[datasource] : undefined;
  const data = fromNode(metaData) as PyDict;
  if (known !== undefined) return known(data, boot);
  refuseUnknown(datasource, data);
  return undefined;
}
