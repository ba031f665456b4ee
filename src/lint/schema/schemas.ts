import type { KeyReader } from "../../boot/configKeys.ts";
import { imageSchema, type SchemaName } from "../../config/schema/imageSchema.ts";
import { asSchema, type Schema } from "../../config/schema/schema.ts";
import { schemaValidator, type Validator } from "../../config/schema/validate.ts";
import type { Image } from "../../image/image.ts";
import { schemaOfVersion } from "./declared.ts";

/** What configuration is validated against. */
export interface Schemas extends KeyReader {
  validator(name: SchemaName): Validator;
  /** Keys that cloud-init or a module of ours reads at the top of a cloud-config. */
  readonly topKeys: readonly string[];
  /** The keys at the top below which a key of this name may stand. */
  parentsOf(key: string): readonly string[];
}

/** The schemas that an image's cloud-init carries, what our modules declare where it carries none. */
export function schemasOf(version: string, image?: Image, library?: string, vendor?: string): Schemas {
  const reader = { version, vendor };
  const loaded = new Map<SchemaName, Validator>();
  let top: Readonly<Record<string, Schema>> | undefined;
  const topForms = () => {
    top ??= schemaOfVersion("cloud-config", reader).properties as Readonly<Record<string, Schema>>;
    return top;
  };
  return {
    ...reader,
    validator: (name) => {
      const known = loaded.get(name);
      if (known !== undefined) return known;
      const own = image === undefined || isNetplans(image, name) ? undefined : imageSchema(image, library, name);
      const validator = own ?? schemaValidator(schemaOfVersion(name, reader));
      loaded.set(name, validator);
      return validator;
    },
    get topKeys() {
      return Object.keys(topForms());
    },
    parentsOf: (key) =>
      Object.entries(topForms()).flatMap(([parent, { properties }]) =>
        Object.hasOwn(asSchema(properties) ?? {}, key) ? [parent] : [],
      ),
  };
}

/** Where netplan is there it judges version 2, which has more keys than cloud-init's schema (schema.py, 24.2 to 26.2). */
function isNetplans(image: Image, name: SchemaName): boolean {
  return name === "network-config-v2" && image.stat("/usr/sbin/netplan") !== undefined;
}
