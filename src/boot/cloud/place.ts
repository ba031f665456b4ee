import { findPair } from "../../config/merge.ts";
import type { CloudData } from "../../config/seed.ts";
import type { ConfigValue, Mapping } from "../../python/tree.ts";
import { pyStr, toValue, truthy } from "../../python/value.ts";

/** The availability zone in the meta-data, at the top or under `placement` (sources/__init__.py, 20.4 to 26.2). */
export function zoneOf(metaData: Mapping): ConfigValue | undefined {
  const zone = plainValue(metaData, "availability-zone") ?? plainValue(metaData, "availability_zone");
  if (zone !== undefined && truthy(zone)) return zone;
  const placement = findPair(metaData, "placement")?.value;
  return placement?.type === "mapping" ? plainValue(placement, "availability-zone") : undefined;
}

/**
 * The region in the meta-data. Ec2 and GCE derive theirs from the zone: us-east-1a is in us-east-1, europe-west1-b in
 * europe-west1 (DataSourceEc2 and DataSourceGCE, 20.4 to 26.2).
 */
export function regionOf(metaData: Mapping, datasource: string | undefined): ConfigValue | undefined {
  const region = plainValue(metaData, "region");
  const zone = zoneOf(metaData);
  if ((region !== undefined && truthy(region)) || zone === undefined || !truthy(zone)) return region;
  if (datasource === "Ec2") return pyStr(zone).slice(0, -1);
  return datasource === "GCE" ? pyStr(zone).replace(/-[^-]*$/, "") : region;
}

/** What the datasource calls the cloud; undefined if the machine decides. */
export function cloudNameOf({ datasource, metaData }: CloudData): string | undefined {
  const given = metaData === undefined ? undefined : plainValue(metaData, "cloud-name");
  if (typeof given === "string" && given !== "") return given.toLowerCase();
  if (datasource === undefined) return metaData === undefined ? undefined : "unknown";
  if (datasource === "NoCloud") return "unknown";
  return datasource === "Ec2" ? undefined : datasource.toLowerCase();
}

/** What the datasource calls its platform type; undefined if the datasource is not known. */
export function platformOf({ datasource, metaData }: CloudData): string | undefined {
  return datasource?.toLowerCase() ?? (metaData === undefined ? undefined : "nocloud");
}

/** The combined name for the cloud and its kind of region; undefined if it depends on an unknown region. */
export function cloudIdOf(cloud: CloudData): string | undefined {
  const name = cloudNameOf(cloud);
  // A few regions of AWS and Azure have names of their own.
  if (cloud.datasource === "Azure" || name === "aws") return undefined;
  return name === "unknown" ? platformOf(cloud) : name;
}

function plainValue(from: Mapping, key: string): ConfigValue | undefined {
  const node = findPair(from, key)?.value;
  return node === undefined ? undefined : toValue(node);
}
