import { findPair } from "../../config/merge.ts";
import type { BaseConfig } from "../../config/read.ts";
import type { CloudData } from "../../config/seed.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Image } from "../../image/image.ts";
import { unknown } from "../../image/unknown.ts";
import { isMapping } from "../../python/checked.ts";
import { Bytes, Time } from "../../python/scalars.ts";
import type { ConfigNode, ConfigObject, ConfigValue } from "../../python/tree.ts";
import { fromScalar, pyStr, toValue, truthy } from "../../python/value.ts";
import { hostnameAtBoot } from "../hostname/hostname.ts";
import { instanceId } from "../instance.ts";
import { type LinuxDistro, linuxDistro } from "./linuxDistro.ts";
import { cloudIdOf, cloudNameOf, platformOf, regionOf } from "./place.ts";

/** The maximum number of values in templates, aliases written out; more are omitted. */
const MOST_VALUES = 50_000;

/**
 * The content of instance-data.json for templates (sources/__init__.py and handlers/jinja_template.py, 20.4 to 26.2),
 * as NoCloud fills it; what only the running machine knows is unknown.
 */
export function instanceData(image: Image, version: string, cloud: CloudData, base: BaseConfig): ConfigObject {
  const since = (wanted: string) => versionAtLeast(version, wanted);
  // Until 21.4 templates received only what every user may read.
  const readable = since("21.4") ? undefined : "redacted for non-root user";
  const config = readable ?? bounded(withoutSystemInfo(toValue(base.root)));
  const distro = linuxDistro(image, since);
  const data: ConfigObject = {
    ds: cloud.instance === undefined ? { meta_data: bounded(metaDataOf(cloud)) } : bounded(toValue(cloud.instance.ds)),
    // Since 20.2 it describes the system too, not only the cloud.
    ...(since("20.2") ? { merged_cfg: config, sys_info: systemInfo(distro) } : {}),
    ...(since("23.3") ? { merged_system_cfg: config } : {}),
    v1: {
      ...standardized(image, cloud, since),
      ...(since("20.2") ? systemNames(distro) : {}),
      ...(cloud.instance === undefined ? {} : (bounded(toValue(cloud.instance.v1)) as ConfigObject)),
    },
  };
  return convert(data, since);
}

/** The keys of `v1` that a template can write after a dot (sources/__init__.py, 18.5 to 26.2). */
export const STANDARD_NAMES: readonly string[] = [
  ..."_beta_keys availability_zone cloud_id cloud_name distro distro_release distro_version instance_id".split(" "),
  ..."kernel_release local_hostname machine platform public_ssh_keys python_version region subplatform".split(" "),
  ..."system_platform variant".split(" "),
];

function standardized(image: Image, cloud: CloudData, since: (v: string) => boolean): ConfigObject {
  const { metaData } = cloud;
  const get = (key: string) => (metaData === undefined ? undefined : findPair(metaData, key)?.value);
  const given = (reason: string, value: ConfigValue): ConfigValue => (metaData === undefined ? unknown(reason) : value);
  const orUnknown = (reason: string, value: string | undefined) => value ?? unknown(reason);
  const name = orUnknown("the name of the cloud", cloudNameOf(cloud));
  const zone = given(
    "the availability zone of the instance",
    plain(get("availability-zone") ?? get("availability_zone")),
  );
  const id = orUnknown("the instance ID", instanceId(cloud));
  const hostname = given("the host name that the cloud assigns", localHostname(get("local-hostname"), image));
  const keys = get("public-keys");
  return {
    _beta_keys: ["subplatform"],
    "availability-zone": zone,
    availability_zone: zone,
    "cloud-name": name,
    ...(since("22.1") ? { cloud_id: orUnknown("the ID of the cloud", cloudIdOf(cloud)) } : {}),
    cloud_name: name,
    "instance-id": id,
    instance_id: id,
    "local-hostname": hostname,
    local_hostname: hostname,
    platform: orUnknown("the platform of the cloud", platformOf(cloud)),
    public_ssh_keys: given("the public keys that the cloud provides", keys === undefined ? [] : publicKeys(keys)),
    region: given(
      "the region of the instance",
      metaData === undefined ? null : (regionOf(metaData, cloud.datasource) ?? null),
    ),
    subplatform: unknown("the location of the seed"),
  };
}

/** The keys of `v1` that describe the system. */
function systemNames({ dist: [distro, version, release], variant }: LinuxDistro): ConfigObject {
  return {
    distro,
    distro_release: release,
    distro_version: version,
    kernel_release: unknown("the kernel release"),
    machine: unknown("the architecture of the machine"),
    python_version: unknown("the version of Python"),
    system_platform: unknown("the platform that Python reports"),
    variant,
  };
}

function systemInfo({ dist, variant }: LinuxDistro): ConfigObject {
  const machine = unknown("the machine details that Python reports");
  return {
    dist: [...dist],
    platform: machine,
    python: unknown("the version of Python"),
    release: unknown("the kernel release"),
    system: "Linux",
    uname: ["Linux", machine, machine, machine, machine, ""],
    variant,
  };
}

/** Includes what NoCloud adds to the meta-data. */
function metaDataOf({ datasource = "NoCloud", metaData }: CloudData): ConfigValue {
  if (metaData === undefined) return {};
  const value = toValue(metaData) as ConfigObject;
  if (datasource !== "NoCloud") return value;
  return { dsmode: "net", "instance-id": "nocloud", ...value };
}

function withoutSystemInfo(config: ConfigValue): ConfigValue {
  const { system_info: _, ...rest } = config as ConfigObject;
  return rest;
}

function localHostname(given: ConfigNode | undefined, image: Image): string {
  if (given === undefined || !truthy(given)) return hostnameAtBoot(image).split(".", 1)[0]!;
  const name = pyStr(given);
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) ? `ip-${name.replaceAll(".", "-")}` : name.split(".", 1)[0]!;
}

function publicKeys(keys: ConfigNode): ConfigValue[] {
  if (keys.type === "sequence") return keys.children.map((key) => pyStr(key));
  if (keys.type === "scalar")
    return pyStr(keys)
      .split("\n")
      .filter((line) => line !== "");
  return keys.children.flatMap(({ value }) => publicKeys(value));
}

function plain(node: ConfigNode | undefined): ConfigValue {
  return node?.type === "scalar" ? fromScalar(node) : null;
}

/** The replacement for a value that JSON cannot represent (util.json_serialize_default, 18.5 to 26.2). */
function stored(value: Exclude<ConfigValue, ConfigObject>): ConfigValue {
  if (value instanceof Bytes) return Buffer.from(value.latin1, "latin1").toString("base64");
  return value instanceof Time ? `Warning: redacted unserializable type <class 'datetime.${value.kind}'>` : value;
}

/** A copy without shared values; {} if that would be too large. */
function bounded(value: ConfigValue): ConfigValue {
  let left = MOST_VALUES;
  const copy = (held: ConfigValue, depth: number): ConfigValue => {
    if (--left < 0 || depth > 100) throw new RangeError();
    if (Array.isArray(held)) return held.map((item) => copy(item, depth + 1));
    if (!isMapping(held)) return stored(held);
    const entries = Object.entries(held).map(([key, item]) => [key, copy(item, depth + 1)] as const);
    return Object.assign(Object.create(null), Object.fromEntries(entries));
  };
  try {
    return copy(value, 0);
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

const OPERATORS = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/g;

/** Adds keys under names that a template can write after a dot, and the keys of `v1` at the top level. */
function convert(data: ConfigObject, since: (version: string) => boolean): ConfigObject {
  const result: ConfigObject = Object.create(null);
  for (const key of Object.keys(data).sort()) {
    const held = data[key]!;
    const name = since("22.1") ? key : key.replaceAll("-", "_");
    const value = isMapping(held) ? convert(held, since) : held;
    result[name] = value;
    if (/^v\d+$/.test(name) && value !== held) Object.assign(result, value);
    const alias = name.replace(OPERATORS, "_");
    if (since("22.1") && alias !== name) result[alias] = value;
  }
  return result;
}
