import { systemKeys } from "../../boot/configKeys.ts";
import type { SchemaName } from "../../config/schema/imageSchema.ts";
import { isAnnotation, type SchemaProblem } from "../../config/schema/schema.ts";
import type { Validator } from "../../config/schema/validate.ts";
import { type Mapping, originOf, type Scalar } from "../../config/tree.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { nearest } from "../nearest.ts";
import { topOf } from "../secrets/place.ts";
import { defaultUserKeys } from "./defaultUserKeys.ts";
import { passedOver } from "./passedOver.ts";
import type { Schemas } from "./schemas.ts";
import type { Told } from "./told.ts";
import { meantKey, problemText } from "./words.ts";

/** Whose configuration it is: what a launch hands over, or a file of the image. */
export type Layer = "launch" | "image";

/** Compares a configuration with cloud-init's schema. @param isUnknown values that are filled in later */
export function checkConfig(
  root: Mapping,
  name: SchemaName,
  layer: Layer,
  schemas: Schemas,
  isUnknown?: (node: Scalar) => boolean,
): Told[] {
  const validator = schemas.validator(name);
  const { problems, cut } = validator.validate(root, isUnknown);
  const told = problems.flatMap((problem) => toldOf(problem, name, layer, schemas, validator) ?? []);
  if (name === "cloud-config") {
    if (layer === "image") told.push(...defaultUserKeys(root));
    told.push(...openTopLevel(root, layer, schemas, isUnknown));
    told.push(...passedOver(root, layer === "image" ? "warning" : "error", isUnknown));
  }
  if (cut)
    told.push({
      about: "not-checked",
      worst: "info",
      message: "There is more to tell or to compare than is done: not all of this is checked.",
      origin: originOf(root),
    });
  return told;
}

function toldOf(
  problem: SchemaProblem,
  name: SchemaName,
  layer: Layer,
  schemas: Schemas,
  { schema }: Validator,
): Told | undefined {
  const { kind, path, pair, node } = problem;
  const origin = originOf(pair ?? node);
  const top = topOf(name === "cloud-config" ? name : "network-config");
  const message = `${problemText(problem, schema, top)}.`;
  if (isAnnotation(problem)) {
    const since = problem.schemas[0]?.[`${kind}_version`];
    if (typeof since === "string" && !versionAtLeast(schemas.version, since)) return undefined;
    // Top-level keys of the image's files have a rule of their own.
    if (layer === "image" && path.length <= 1) return undefined;
    return {
      about: "deprecated-key",
      worst: layer === "image" || kind === "changed" ? "info" : "warning",
      message,
      origin,
    };
  }
  // Names of modules have a rule of their own there.
  if (layer === "image" && path.length > 1 && /^cloud_(init|config|final)_modules$/.test(String(path[0])))
    return undefined;
  const worst = layer === "image" ? "warning" : "error";
  if (kind !== "unknown-key") return { about: "value", worst, message, origin };
  // Files of the image have more keys than a launch may set.
  if (path.length === 1 && name === "cloud-config" && !closesTopLevel(schemas, layer)) return undefined;
  const meant = meantKey(problem);
  const replace = meant === undefined ? undefined : { old: String(path.at(-1)), by: meant };
  const system = path.length === 1 && systemKeys.has(String(path[0]));
  const hint = system ? ` "${path[0]}" is read from files of the image only.` : "";
  return { about: "unknown-key", worst, message: `${message}${hint}`, origin, replace };
}

/** Whether a key at the top that the schema does not name is wrong: for what a launch hands over, since 23.4. */
function closesTopLevel({ version }: Schemas, layer: Layer): boolean {
  return layer === "launch" && versionAtLeast(version, "23.4");
}

/** Where any key may stand at the top, a name that is nearly a known one is suspicious all the same. */
function openTopLevel(
  root: Mapping,
  layer: Layer,
  schemas: Schemas,
  isUnknown: ((node: Scalar) => boolean) | undefined,
): Told[] {
  if (closesTopLevel(schemas, layer)) return [];
  const known = schemas.topKeys;
  const names = new Set([...known, ...systemKeys]);
  return root.children.flatMap((pair): Told[] => {
    const { key } = pair;
    const name = String(key.value);
    if (key.kind !== "str" || names.has(name) || name.length > 40 || isUnknown?.(key)) return [];
    const dashed = known.find((other) => other.replaceAll("-", "_") === name.replaceAll("-", "_").toLowerCase());
    const meant = dashed ?? (name.length > 4 ? nearest(name, known) : undefined);
    if (meant === undefined) return [];
    return [
      {
        about: "unknown-key",
        worst: "warning",
        message: `cloud-init knows no key "${name}" (did you mean "${meant}"?).`,
        origin: originOf(pair),
        replace: { old: name, by: meant },
      },
    ];
  });
}
