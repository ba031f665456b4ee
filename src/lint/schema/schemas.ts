import { imageSchema, type SchemaName } from "../../config/schema/imageSchema.ts";
import { schemaValidator, type Validator } from "../../config/schema/validate.ts";
import type { Image } from "../../image/image.ts";
import { tableSchema } from "./tables.ts";

/** What configuration is validated against. */
export interface Schemas {
  /** The version of cloud-init. */
  readonly version: string;
  validator(name: SchemaName): Validator;
  /** Whether cloud-init's own schema judges, not our tables. */
  isOwn(name: SchemaName): boolean;
}

/** The schemas that an image's cloud-init carries, our tables where it carries none. */
export function schemasOf(version: string, image?: Image, library?: string): Schemas {
  const loaded = new Map<SchemaName, { readonly validator: Validator; readonly own: boolean }>();
  const load = (name: SchemaName) => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const own = image === undefined || isNetplans(image, name) ? undefined : imageSchema(image, library, name);
    const entry = { validator: own ?? schemaValidator(tableSchema(name, version)), own: own !== undefined };
    loaded.set(name, entry);
    return entry;
  };
  return { version, validator: (name) => load(name).validator, isOwn: (name) => load(name).own };
}

/** Where netplan is there it judges version 2, which has more keys than cloud-init's schema (schema.py, 24.2 to 26.2). */
function isNetplans(image: Image, name: SchemaName): boolean {
  return name === "network-config-v2" && image.stat("/usr/sbin/netplan") !== undefined;
}
