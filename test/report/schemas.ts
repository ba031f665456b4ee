import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

/** What a JSON text breaks of the schema of a command's output; [] when it keeps to it. */
export function schemaErrors(name: "lint" | "plan" | "config" | "rules" | "verify", json: string): unknown[] {
  const version = name === "verify" ? 1 : 2;
  const schema = JSON.parse(readFileSync(`schemas/${name}-v${version}.schema.json`, "utf8"));
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
  validate(JSON.parse(json));
  return validate.errors ?? [];
}
