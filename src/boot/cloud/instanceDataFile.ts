import { builtin } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import { datasourceNamed } from "../../config/datasources.ts";
import { findPair } from "../../config/merge.ts";
import { type CloudData, SeedError, UNKNOWN_CLOUD } from "../../config/seed.ts";
import { seedFileOfHost } from "../../config/seedOfHost.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { hasUnknown, unknown } from "../../image/unknown.ts";
import { decodeBase64 } from "../../python/base64.ts";
import { isDict, type PyDict, type PyValue, sizeOf } from "../../python/dataModel.ts";
import { type LocatedJson, locateJson } from "../../python/json.ts";
import type { ConfigNode, Mapping, Pair, Scalar } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { cloudForms } from "./forms/cloudForms.ts";
import { excerptFile, fileOf } from "./forms/form.ts";

const START = { line: 1, column: 1 };

/** The size limit, in bytes: real files have a few ten thousand. */
const LARGEST = 5_000_000;

/** More values than any instance has. */
const MOST_VALUES = 50_000;

/** Stands for a value that only root may read, at the start of a text (sources.REDACT_SENSITIVE_VALUE, 18.5 to 26.2). */
const REDACTED = /^<?redacted for non-root user\b/;

/** Stands for a value that JSON cannot represent (util.json_serialize_default, 18.5 to 26.2). */
const UNSERIALIZABLE = /^Warning: redacted unserializable type /;

/** Names of meta-data that `cloud-init query` before 22.1 prints with underscores instead of dashes. */
const DASHED = new Map(
  "availability-zone cloud-name instance-id launch-index local-hostname network-config network-interfaces private-networks public-keys"
    .split(" ")
    .map((name) => [name.replaceAll("-", "_"), name]),
);

/** Datasources whose meta-data have no other names than with dashes. */
const ALL_DASHED = new Set(["AliYun", "Ec2"]);

/**
 * What the cloud provided to an instance, from its instance-data.json or instance-data-sensitive.json, or from the output
 * of `cloud-init query --all` (sources/__init__.py and cmd/query.py, 18.5 to 26.2). What is redacted there is unknown.
 * @throws SeedError if the file cannot be read, is not JSON or contains no instance data
 */
export function readInstanceData(path: string): InstanceCloud {
  const file = seedFileOfHost(path);
  if (file === undefined) throw new SeedError(`${path}: no such file`);
  return instanceDataIn(file);
}

/** What the cloud provided, with the datasource, which instance data always name. */
type InstanceCloud = CloudData & { readonly datasource: string };

/** The same of a file that is read. @throws SeedError */
export function instanceDataIn({ path, bytes }: SeedFile): InstanceCloud {
  if (bytes.length > LARGEST) throw new SeedError(`${path}: larger than 5 MB`);
  const text = bytes.toString("utf8").replace(/^\ufeff/, "");
  const json = locateJson(text);
  if ("reason" in json) throw new SeedError(`${path}:${json.line}:${json.column}: not JSON: ${json.reason}`);
  return new InstanceData(path, json).cloud();
}

class InstanceData {
  readonly #path: string;
  readonly #json: LocatedJson;
  readonly #root: PyDict;
  readonly #standard: PyDict;
  /** Paths of values that are Base64, such as ds/meta_data/random_seed. */
  readonly #encoded: ReadonlySet<string>;
  #nameOf = (name: string): string => name;

  constructor(path: string, json: LocatedJson) {
    this.#path = path;
    this.#json = json;
    const { value: root } = json;
    const standard = isDict(root) ? root.get("v1") : undefined;
    if (!isDict(root) || !isDict(standard) || !isDict(root.get("ds"))) {
      const wrong = ["ds", "v1"].filter((name) => isDict(root) && root.has(name) && !isDict(root.get(name)));
      const what = wrong.length === 0 ? 'the keys "ds" and "v1" are missing' : `"${wrong[0]}" is not a mapping`;
      throw new SeedError(
        `${path}:1:1: not instance data: ${what}; pass instance-data.json or the output of cloud-init query --all`,
      );
    }
    if (sizeOf(root, MOST_VALUES) >= MOST_VALUES) throw new SeedError(`${path}:1:1: more than ${MOST_VALUES} values`);
    this.#root = root;
    this.#standard = standard;
    const encoded = root.get("base64_encoded_keys");
    this.#encoded = new Set(
      Array.isArray(encoded) ? encoded.flatMap((one) => (typeof one === "string" ? one : [])) : [],
    );
  }

  cloud(): InstanceCloud {
    const datasource = this.#datasource();
    this.#nameOf = this.#names(datasource);
    const ds = this.#tree(this.#root.get("ds") ?? null, "ds") as Mapping;
    const form = cloudForms.get(datasource);
    const raw = metaDataOf(ds);
    const given = form?.instance?.(ds) ??
      // What differs between versions is in `v1`, as the instance's own cloud-init understood it.
      (raw && form?.metaData?.(raw, { defaultUser: undefined, since: () => true })) ?? { metaData: raw };
    const metaData = given.metaData === undefined ? undefined : this.#completed(given.metaData);
    const userData = this.#handedOver("userdata") ?? given.userData ?? embedded(metaData, "user-data");
    const vendorData = this.#handedOver("vendordata") ?? given.vendorData ?? embedded(metaData, "vendor-data");
    const network = findPair(ds, "network_json")?.value;
    return {
      ...UNKNOWN_CLOUD,
      datasource,
      metaData,
      instance: { ds, v1: this.#ofCloud() },
      userData,
      vendorData,
      ...(network?.type === "mapping" ? { networkData: network } : {}),
      ...(given.networkConfig === undefined ? {} : { networkConfig: given.networkConfig }),
      ...(datasource === "NoCloud"
        ? { unknownNetwork: "the network configuration of the seed, which instance data does not contain" }
        : {}),
    };
  }

  /** How keys are named that have dashes in the files, but not in what query printed before 22.1. */
  #names(datasource: string): (name: string) => string {
    if (this.#standard.has("instance-id") || !this.#standard.has("instance_id")) return (name) => name;
    return ALL_DASHED.has(datasource) ? (name) => name.replaceAll("_", "-") : (name) => DASHED.get(name) ?? name;
  }

  /** The platform of instance data is the name of the datasource in lower case, with one exception. */
  #datasource(): string {
    const platform = this.#standard.get("platform");
    const how = this.#standard.get("subplatform");
    // NoCloud on LXD calls its platform lxd as well.
    if (platform === "lxd" && typeof how === "string" && /^(seed-dir|config-disk)\b/.test(how)) return "NoCloud";
    const name = typeof platform === "string" ? (datasourceNamed(platform) ?? OTHER_NAMES.get(platform)) : undefined;
    if (name !== undefined) return name;
    const { line, column } = this.#json.placeOf(this.#standard, "platform") ?? START;
    const what = typeof platform === "string" ? `unknown platform "${platform.slice(0, 50)}"` : "it names no platform";
    throw new SeedError(`${this.#path}:${line}:${column}: ${what}`);
  }

  /** What `v1` says of the cloud, not of the image or the machine. */
  #ofCloud(): Mapping {
    const whole = this.#tree(this.#standard, "v1") as Mapping;
    return { ...whole, children: whole.children.filter(({ key }) => OF_CLOUD.has(String(key.value))) };
  }

  /** Meta-data with what cloud-init itself derived from them: some datasources read keys and names in their own way. */
  #completed(metaData: Mapping): Mapping {
    const config = new Config(metaData);
    const added: Pair[] = [];
    const add = (name: string, from: string) => {
      const value = this.#standard.get(from) ?? this.#standard.get(name) ?? null;
      if (truthy(value)) added.push(this.#pair(this.#standard, from, name, this.#tree(value, `v1/${from}`)));
    };
    if (!config.has("instance-id") && this.#standard.get("instance_id") !== "iid-datasource")
      add("instance-id", "instance_id");
    const keys = this.#standard.get("public_ssh_keys");
    if (config.has("public-keys") && Array.isArray(keys) && keys.length === 0)
      added.push(this.#pair(this.#standard, "public_ssh_keys", "public-keys", builtin([], this.#path)));
    else if (Array.isArray(keys)) add("public-keys", "public_ssh_keys");
    const names = new Set(added.map(({ key }) => key.value));
    return { ...metaData, children: [...metaData.children.filter(({ key }) => !names.has(key.value)), ...added] };
  }

  /** User-data or vendor-data that query prints; undefined if it is not there or redacted. */
  #handedOver(key: string): SeedFile | undefined {
    const text = this.#root.get(key);
    if (typeof text !== "string" || REDACTED.test(text)) return undefined;
    const [, base64] = /^ci-b64:(.*)$/s.exec(text) ?? [];
    const bytes = base64 === undefined ? Buffer.from(text) : decodeBase64(base64);
    if (bytes === undefined) return undefined;
    return excerptFile(bytes, { path: this.#path, ...(this.#json.placeOf(this.#root, key) ?? START) });
  }

  #tree(value: PyValue, at: string): ConfigNode {
    const node = this.#scalarOrList(value, at);
    if (node !== undefined) return node;
    const children = [...(value as PyDict)].map(([key, item]) => {
      const name = pyStr(key);
      return this.#pair(value, name, this.#nameOf(name), this.#tree(item, `${at}/${name}`));
    });
    return { ...(builtin({}, this.#path) as Mapping), children };
  }

  #scalarOrList(value: PyValue, at: string): ConfigNode | undefined {
    if (isDict(value)) return undefined;
    if (Array.isArray(value)) {
      const children = value.map((item, index) => this.#tree(item, `${at}/${index}`));
      return { ...builtin([], this.#path), type: "sequence", children };
    }
    if (typeof value !== "string") return builtin(value, this.#path);
    if (REDACTED.test(value) || UNSERIALIZABLE.test(value))
      return builtin(unknown(`${at.split("/").at(-1)}, which is redacted in the instance data`), this.#path);
    const [, marked] = /^ci-b64:(.*)$/s.exec(value) ?? [];
    if (marked === undefined && !this.#encoded.has(at)) return builtin(value, this.#path);
    const bytes = decodeBase64(marked ?? value);
    const name = `${at.split("/").at(-1)}, which the instance data contain in a form that cannot be decoded`;
    if (bytes === undefined) return builtin(unknown(name), this.#path);
    return { ...(builtin("", this.#path) as Scalar), kind: "binary", value: bytes.toString("latin1") };
  }

  #pair(holder: PyValue, from: string, name: string, value: ConfigNode): Pair {
    const key = builtin(name, this.#path) as Scalar;
    const start = this.#json.placeOf(holder, from);
    const position =
      start === undefined ? key.position : { start: { ...start, offset: 0 }, end: { ...start, offset: 0 } };
    return { type: "pair", path: this.#path, position, key: { ...key, position }, value, shadowed: [] };
  }
}

/** Names of `v1` that are of the cloud or of the instance there. */
const OF_CLOUD = new Set(
  "availability-zone availability_zone cloud-name cloud_id cloud_name instance-id instance_id platform region subplatform".split(
    " ",
  ),
);

/** Datasources whose platform is not their name. */
const OTHER_NAMES = new Map([["joyent", "SmartOS"]]);

/** The meta-data as the datasource got them. */
function metaDataOf(ds: Mapping): Mapping | undefined {
  const node = (findPair(ds, "meta_data") ?? findPair(ds, "meta-data"))?.value;
  return node?.type === "mapping" ? node : undefined;
}

/** User-data or vendor-data among the meta-data, where some clouds have them. */
function embedded(metaData: Mapping | undefined, name: string): SeedFile | undefined {
  const pair = metaData && (findPair(metaData, name) ?? findPair(metaData, name.replace("-", "_")));
  if (pair?.value.type !== "scalar") return undefined;
  if (typeof pair.value.value === "string" && hasUnknown(pair.value.value)) return undefined;
  return fileOf(pair.value, pair);
}
