import { datasourceKeys, datasourcesThatRead } from "../../boot/cloud/datasourceKeys.ts";
import { isCurrentKey, isKnownKey, type KeyReader } from "../../boot/configKeys.ts";
import { systemInfoKeys } from "../../boot/systemInfoKeys.ts";
import { type Keys, openKeys } from "../../config/schema/forms.ts";
import { asSchema, type SchemaProblem } from "../../config/schema/schema.ts";
import { schemaValidator, type Validator } from "../../config/schema/validate.ts";
import { oneOf } from "./expected.ts";
import type { Layer } from "./told.ts";

const forms: Keys = { datasource: datasourceKeys, system_info: systemInfoKeys };
const validators: Readonly<Record<Layer, Validator>> = {
  image: schemaValidator(openKeys(forms)),
  launch: schemaValidator(openKeys({ system_info: systemInfoKeys })),
};

/** Validates what cloud-init's schema leaves open: `system_info`, and in files of the image `datasource`. */
export function settingsValidator(layer: Layer): Validator {
  return validators[layer];
}

const has = (form: unknown, key: string) => Object.hasOwn(asSchema(asSchema(form)?.properties) ?? {}, key);

/** Where a key belongs that is unknown in its place: one below `datasource` or `system_info`, or one of these at the top. */
export function placeHint({ path }: Pick<SchemaProblem, "path">, reader: KeyReader): string {
  const key = String(path.at(-1));
  const [top] = path;
  const isTop = path.length === 1;
  const readers = datasourcesThatRead(key);
  if (!isTop && isKnownKey(key) && isCurrentKey(key, reader) && !(top === "datasource" && readers.length > 0))
    return ` It belongs at the top level.`;
  if (top !== "system_info" && has(systemInfoKeys, key)) return ` It belongs under "system_info".`;
  if (!(top === "datasource" && path.length === 2) && has(datasourceKeys, key))
    return ` It belongs under "datasource".`;
  if (readers.length === 0) return "";
  if (top === "datasource" && path.length > 2) return ` It is a key of ${names(readers)}.`;
  return ` It belongs under "datasource" and the name of a datasource that reads it: ${names(readers)}.`;
}

/** At most three names, and how many more. */
function names(all: readonly string[]): string {
  return all.length > 4 ? `${all.slice(0, 3).join(", ")} or ${all.length - 3} others` : oneOf([...all]);
}
