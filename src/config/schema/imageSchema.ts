import type { Image } from "../../image/image.ts";
import { asSchema, type Schema } from "./schema.ts";
import { schemaValidator, type Validator } from "./validate.ts";

/** What is validated: a cloud-config, or a network configuration of version 1 or 2. */
export type SchemaName = "cloud-config" | "network-config-v1" | "network-config-v2";

/** The size limit for a schema, in bytes; cloud-init's own have about 160 KB. */
const LARGEST = 4_000_000;

/**
 * The schema that the image's cloud-init contains: for cloud-config since 22.2, for network configuration since
 * 23.4 (version 1) and 24.2 (version 2).
 * @param library the directory of its Python package
 * @returns undefined if there is none, or it cannot be read
 */
export function imageSchema(image: Image, library: string | undefined, name: SchemaName): Validator | undefined {
  if (library === undefined) return undefined;
  const path = `${library}/config/schemas/schema-${name === "cloud-config" ? "cloud-config-v1" : name}.json`;
  const stat = image.stat(path);
  if (stat?.kind !== "file" || stat.size > LARGEST) return undefined;
  const schema = parseSchema(image.read(path)?.toString("utf8"));
  return schema === undefined ? undefined : schemaValidator(schema);
}

function parseSchema(text: string | undefined): Schema | undefined {
  try {
    return text === undefined ? undefined : asSchema(JSON.parse(text));
  } catch {
    return undefined;
  }
}
