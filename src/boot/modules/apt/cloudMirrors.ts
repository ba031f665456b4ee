import { ALLOW_EC2_MIRRORS_ON_NON_AWS_INSTANCE_TYPES } from "../../../distro/library/flags.ts";
import { unknown } from "../../../image/unknown.ts";
import { items, mapping, text } from "../../../python/checked.ts";
import { Raises } from "../../../python/errors.ts";
import type { ConfigObject } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { regionOf, zoneOf } from "../../cloud/place.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { entryFor, lookUp, one } from "./candidates.ts";

/** The mirrors of system_info.package_mirrors by name (distros/__init__.py, 20.4 to 26.2). */
export function cloudMirrors(boot: ModuleRun, architecture: string): ConfigObject {
  const listed = boot.config.get("system_info", "package_mirrors");
  const entry = (listed === undefined ? undefined : entryFor(listed, architecture, false)) ?? {};
  const mirrors: ConfigObject = { ...memberOf(entry, "failsafe") };
  const variables = placeOf(boot);
  for (const [name, templates] of Object.entries(memberOf(entry, "search"))) {
    const candidates = items(templates, "search").flatMap((template) => {
      const candidate = fill(text(template, "a mirror of search"), variables);
      return candidate === undefined ? [] : [candidate];
    });
    const found = lookUp(candidates);
    if (found[0] !== undefined) mirrors[name] = one(found.includes(undefined) ? [...found, mirrors[name]] : found);
  }
  return mirrors;
}

function memberOf(entry: ConfigObject, key: string): ConfigObject {
  return key in entry ? mapping(entry[key], key) : {};
}

/** A template's variables; undefined if the metadata are not known. */
type Variables = ReadonlyMap<string, string> | undefined;

/** The location of the instance according to its metadata. */
function placeOf(boot: ModuleRun): Variables {
  const { metaData, datasource } = boot.cloud;
  if (metaData === undefined) return undefined;
  const variables = new Map<string, string>();
  const zone = zoneOf(metaData);
  if (zone !== undefined && truthy(zone)) {
    variables.set("availability_zone", pyStr(zone));
    const everywhere = boot.fact(ALLOW_EC2_MIRRORS_ON_NON_AWS_INSTANCE_TYPES);
    if (/^[a-z][a-z]-(?:[a-z]+-)+[0-9][a-z]$/.test(pyStr(zone)) && (everywhere || datasource === "Ec2"))
      variables.set("ec2_region", pyStr(zone).slice(0, -1));
  }
  const region = regionOf(metaData, datasource);
  if (region !== undefined && truthy(region)) variables.set("region", pyStr(region));
  return variables;
}

/** Python's `template % variables`; undefined if it uses a variable that the metadata lack. */
function fill(template: string, variables: Variables): string | undefined {
  let isComplete = true;
  const filled = template.replace(/%(?:\((\w+)\)s|(%)|)/g, (all, name: string | undefined) => {
    if (all === "%") throw new Raises(`"${template}" is not a valid mirror template`);
    if (name === undefined) return "%";
    const value = variables === undefined ? unknown("the region in which the instance runs") : variables.get(name);
    isComplete &&= value !== undefined;
    return value ?? "";
  });
  return isComplete ? filled : undefined;
}
