import type { KeyReader } from "../../boot/configKeys.ts";
import { imageSchema, type SchemaName } from "../../config/schema/imageSchema.ts";
import { asSchema, type Schema } from "../../config/schema/schema.ts";
import { schemaValidator, type Validator } from "../../config/schema/validate.ts";
import type { Image } from "../../image/image.ts";
import { schemaOfVersion } from "../declaredKeys.ts";

/** The schemas that configuration is validated against. */
export interface Schemas extends KeyReader {
  validator(name: SchemaName): Validator;
  /** Top-level keys that cloud-init or a module reads in a cloud-config. */
  readonly topKeys: readonly string[];
  /** The top-level keys under which a key of this name is allowed. */
  parentsOf(key: string): readonly string[];
}

/** The schemas that an image's cloud-init contains; what our modules declare if it contains none. */
export function schemasOf(reader: KeyReader, image?: Image): Schemas {
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
      const own =
        image === undefined || isNetplans(image, name) ? undefined : imageSchema(image, reader.library?.path, name);
      const declared = () => schemaValidator(schemaOfVersion(name, reader));
      // cloud-init's own schema of version 2 allows any key in a device (24.2 to 26.2), and nothing reads it.
      const validator = own === undefined ? declared() : name === "network-config-v2" ? bothOf(own, declared()) : own;
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

/** Reports what either of two validators reports, once for each place. */
function bothOf(first: Validator, second: Validator): Validator {
  return {
    schema: first.schema,
    validate(root, isUnknown) {
      const [own, more] = [first.validate(root, isUnknown), second.validate(root, isUnknown)];
      const places = new Set(own.problems.map((problem) => problem.pair ?? problem.node));
      const others = more.problems.filter((problem) => !places.has(problem.pair ?? problem.node));
      return { problems: [...own.problems, ...others], cut: own.cut || more.cut };
    },
  };
}

/** If netplan is installed, it validates version 2 and knows more keys than cloud-init's schema (schema.py, 24.2 to 26.2). */
function isNetplans(image: Image, name: SchemaName): boolean {
  return name === "network-config-v2" && image.stat("/usr/sbin/netplan") !== undefined;
}
