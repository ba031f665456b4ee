import type { KeyReader } from "../../boot/configKeys.ts";
import { modules } from "../../boot/modules/modules.ts";
import type { SchemaName } from "../../config/schema/imageSchema.ts";
import type { Schema } from "../../config/schema/schema.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { accountKeys } from "./tables/accounts.ts";
import { any, deprecated, type Keys, keys, list, secret, text } from "./tables/forms.ts";
import { imageKeys } from "./tables/image.ts";
import { networkKeys } from "./tables/network.ts";
import { packageKeys } from "./tables/packages.ts";
import { systemKeys } from "./tables/system.ts";
import { toolKeys } from "./tables/tools.ts";

/** What is validated where no image carries a schema: our own tables, and the names of all keys that modules read. */
export function tableSchema(name: SchemaName, { version, vendor }: KeyReader): Schema {
  if (name !== "cloud-config") return networkDocument(networkKeys[name === "network-config-v1" ? 1 : 2]);
  return ofVersion(
    cloudConfig((other) => other === vendor),
    version,
  ) as Schema;
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

/** What is known of a document in any version, for what in it is secret: files of the image have more keys. */
export function declaredSchema(name: "cloud-config" | "network-config"): Schema {
  if (name === "cloud-config") {
    const known = cloudConfig(() => true);
    return { ...known, properties: { ...(known.properties as Keys), ...imageKeys } };
  }
  const either = { anyOf: [networkKeys[1], networkKeys[2]] };
  return { anyOf: [...either.anyOf, { properties: { network: either } }] };
}

function cloudConfig(isOf: (vendor: string) => boolean): Schema {
  return keys({ ...moduleKeys(isOf), ...accountKeys, ...packageKeys, ...systemKeys, ...toolKeys, ...moduleLists });
}

const modulesOfList = list({ anyOf: [text, list(any)] });
const moduleLists: Keys = {
  cloud_config_modules: modulesOfList,
  cloud_final_modules: modulesOfList,
  cloud_init_modules: modulesOfList,
};

function moduleKeys(isOf: (vendor: string) => boolean): Keys {
  return Object.fromEntries(
    modules
      .flatMap((module) => Object.entries(module.keys))
      .filter(([, spec]) => spec.vendor === undefined || isOf(spec.vendor))
      .map(([key, spec]) => {
        const form = spec.secret === undefined ? any : secret(spec.secret, any);
        return [key, spec.deprecated === undefined ? form : deprecated(form, spec.deprecated, "")];
      }),
  );
}

/** The configuration stands at the top or below `network`. */
function networkDocument(config: Schema): Schema {
  return { oneOf: [config, keys({ network: config }, ["network"])] };
}
