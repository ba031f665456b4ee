import type { KeyReader } from "../boot/configKeys.ts";
import { coreKeys, imageKeys, namedImageKeys, schemaKeys } from "../boot/coreKeys.ts";
import { modules } from "../boot/modules/modules.ts";
import { type Keys, keys } from "../config/schema/forms.ts";
import type { SchemaName } from "../config/schema/imageSchema.ts";
import { networkKeys } from "../config/schema/networkKeys.ts";
import type { Schema } from "../config/schema/schema.ts";
import { versionAtLeast } from "../distro/version.ts";

/** The schemas of the last few versions: lints of many images, and of fixes, share them. */
const known = new Map<string, Schema>();
const MOST_KNOWN = 30;

/** What is validated where no image carries a schema: what our modules declare of the keys that they read. */
export function schemaOfVersion(name: SchemaName, reader: KeyReader): Schema {
  const id = JSON.stringify([name, reader.version, reader.vendor]);
  const schema = known.get(id) ?? declared(name, reader);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(id, schema);
  return schema;
}

function declared(name: SchemaName, { version, vendor }: KeyReader): Schema {
  if (name !== "cloud-config") return networkDocument(networkKeys[name === "network-config-v1" ? 1 : 2]);
  const forms = Object.entries(launchKeys()).filter(([, form]) => form.vendor === undefined || form.vendor === vendor);
  // Of a key that this version does not read yet another rule tells, so that all stay at the top.
  return keys(
    Object.fromEntries(forms.map(([key, { since: _, ...form }]) => [key, ofVersion(form, version) as Schema])),
  );
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
  if (name === "cloud-config") return keys({ ...launchKeys(), ...imageKeys });
  const either = { anyOf: [networkKeys[1], networkKeys[2]] };
  return { anyOf: [...either.anyOf, { properties: { network: either } }] };
}

/** The keys that cloud-init or a module of any version and vendor reads of what a launch hands over. */
function launchKeys(): Keys {
  const ofModules = Object.fromEntries(modules.flatMap((module) => Object.entries(module.keys)));
  return { ...ofModules, ...coreKeys, ...namedImageKeys, ...schemaKeys };
}

/** The configuration stands at the top or below `network`. */
function networkDocument(config: Schema): Schema {
  return { oneOf: [config, keys({ network: config }, ["network"])] };
}
