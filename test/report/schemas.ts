import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

/** What a JSON text breaks of schemas/NAME-v2.schema.json; [] when it keeps to it. */
export function schemaErrors(name: "lint" | "plan" | "config" | "rules", json: string): unknown[] {
  const schema = JSON.parse(readFileSync(`schemas/${name}-v2.schema.json`, "utf8"));
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
  validate(JSON.parse(json));
  return validate.errors ?? [];
}
