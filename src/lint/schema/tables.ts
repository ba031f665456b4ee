import type { KeyReader } from "../../boot/configKeys.ts";
import { modules } from "../../boot/modules/modules.ts";
import type { SchemaName } from "../../config/schema/imageSchema.ts";
import type { Schema } from "../../config/schema/schema.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { accountKeys } from "./tables/accounts.ts";
import { any, deprecated, type Keys, keys, list, text } from "./tables/forms.ts";
import { networkKeys } from "./tables/network.ts";
import { packageKeys } from "./tables/packages.ts";
import { systemKeys } from "./tables/system.ts";
import { toolKeys } from "./tables/tools.ts";

/** What is validated where no image carries a schema: our own tables, and the names of all keys that modules read. */
export function tableSchema(name: SchemaName, { version, vendor }: KeyReader): Schema {
  if (name !== "cloud-config") return networkDocument(networkKeys[name === "network-config-v1" ? 1 : 2]);
  return ofVersion(cloudConfig(vendor), version) as Schema;
}

/** Without the keys that only later versions know. */
function ofVersion(value: unknown, version: string): unknown {
  if (Array.isArray(value)) return value.map((item) => ofVersion(item, version));
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, form]) => {
    const since = typeof form === "object" && form !== null ? (form as Schema).since : undefined;
    return typeof since !== "string" || versionAtLeast(version, since);
  });
  return Object.fromEntries(known.map(([key, form]) => [key, ofVersion(form, version)]));
}

function cloudConfig(vendor: string | undefined): Schema {
  return keys({ ...moduleKeys(vendor), ...accountKeys, ...packageKeys, ...systemKeys, ...toolKeys, ...moduleLists });
}

const modulesOfList = list({ anyOf: [text, list(any)] });
const moduleLists: Keys = {
  cloud_config_modules: modulesOfList,
  cloud_final_modules: modulesOfList,
  cloud_init_modules: modulesOfList,
};

function moduleKeys(vendor: string | undefined): Keys {
  return Object.fromEntries(
    modules
      .flatMap((module) => Object.entries(module.keys))
      .filter(([, spec]) => spec.vendor === undefined || spec.vendor === vendor)
      .map(([key, spec]) => [key, spec.deprecated === undefined ? any : deprecated(any, spec.deprecated, "")]),
  );
}

/** The configuration stands at the top or below `network`. */
function networkDocument(config: Schema): Schema {
  return { oneOf: [config, keys({ network: config }, ["network"])] };
}
