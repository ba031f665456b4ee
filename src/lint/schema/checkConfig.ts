import {
  isCurrentKey,
  isKnownKey,
  type KeyReader,
  readersOf,
  readsKey,
  stockKeys,
  systemKeys,
} from "../../boot/configKeys.ts";
import { findPair } from "../../config/merge.ts";
import type { Form } from "../../config/schema/forms.ts";
import type { SchemaName } from "../../config/schema/imageSchema.ts";
import { asSchema, isAnnotation, type Schema, type SchemaProblem, type Step } from "../../config/schema/schema.ts";
import type { Validator } from "../../config/schema/validate.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { type ConfigNode, type Mapping, originOf, type Scalar } from "../../python/tree.ts";
import { nearest } from "../nearest.ts";
import { topOf } from "../secrets/place.ts";
import { shortList } from "../sentences/lists.ts";
import { defaultUserKeys } from "./defaultUserKeys.ts";
import { allowsBooleans } from "./expected.ts";
import { placeHint, settingsValidator } from "./imageSettings.ts";
import { rewriteOf } from "./mechanical.ts";
import { passedOver } from "./passedOver.ts";
import type { Schemas } from "./schemas.ts";
import type { Layer, Told } from "./told.ts";
import { likelyKey, meantKey, newName, otherName, otherSpelling, pathText, problemText } from "./words.ts";

/**
 * Validates a configuration against cloud-init's schema.
 * @param isUnknown whether a value is filled in later, or a mapping gets more keys later
 */
export function checkConfig(
  root: Mapping,
  name: SchemaName,
  layer: Layer,
  schemas: Schemas,
  isUnknown?: (node: ConfigNode) => boolean,
): Told[] {
  let isCut = false;
  const told: Told[] = [];
  const validators = [schemas.validator(name), ...(name === "cloud-config" ? [settingsValidator(layer)] : [])];
  for (const validator of validators) {
    const { problems, cut } = validator.validate(root, isUnknown);
    const current = problems.map((problem) => withCurrentKeys(problem, schemas));
    for (const one of toldOfAll(withoutConsequences(current), root, name, layer, schemas, validator)) told.push(one);
    isCut ||= cut;
  }
  if (name === "cloud-config") {
    for (const one of deprecatedTopLevel(root, told, layer, schemas)) told.push(one);
    for (const one of defaultUserKeys(root, schemas.version)) told.push(one);
    const open = openTopLevel(root, layer, schemas, isUnknown);
    for (const one of open.told) told.push(one);
    isCut ||= open.cut;
    for (const one of passedOver(root, isUnknown)) told.push(one);
    const installed = userDataOfInstaller(root);
    if (installed !== undefined)
      for (const one of checkConfig(installed, name, "launch", schemas, isUnknown)) told.push(one);
  }
  if (isCut)
    told.push({
      about: "not-checked",
      worst: "info",
      message: "This is too large to check in full.",
      origin: originOf(root),
    });
  return oncePerValue(told);
}

/** Without what both validators say, and without advice on the name of a key or on values if the value is invalid. */
function oncePerValue(told: readonly Told[]): Told[] {
  const invalid = new Set(told.filter(({ about }) => about === "value").map(({ origin }) => placeOfOrigin(origin)));
  const said = new Set<string>();
  return told.filter(({ about, message, origin }) => {
    const place = placeOfOrigin(origin);
    const key = `${place} ${message}`;
    if (said.has(key) || (about === "deprecated-key" && invalid.has(place))) return false;
    said.add(key);
    return true;
  });
}

function placeOfOrigin({ path, line, column }: Origin): string {
  return `${path}:${line}:${column}`;
}

/** The results of problems. One result are items of a list that have the wrong type on one line, and keys that a mapping lacks. */
function toldOfAll(
  problems: readonly SchemaProblem[],
  root: Mapping,
  name: SchemaName,
  layer: Layer,
  schemas: Schemas,
  validator: Validator,
): Told[] {
  const lists = new Map<string, { readonly at: number; readonly isItem: boolean; readonly others: string[] }>();
  const told: Told[] = [];
  for (const problem of problems) {
    const one = toldOf(problem, root, name, layer, schemas, validator);
    if (one === undefined) continue;
    const { kind, path, node } = problem;
    const isItem = kind === "type" && typeof path.at(-1) === "number" && node.type === "scalar";
    const list = isItem
      ? `${JSON.stringify(path.slice(0, -1))} ${one.origin.line}`
      : kind === "missing-key"
        ? JSON.stringify(path)
        : undefined;
    const known = list === undefined ? undefined : lists.get(list);
    if (known === undefined) {
      if (list !== undefined) lists.set(list, { at: told.length, isItem, others: [] });
      told.push(one);
    } else known.others.push(isItem ? pathText(path) : problem.keys.map((key) => `"${key}"`).join(" or "));
  }
  for (const { at, isItem, others } of lists.values()) {
    const one = told[at]!;
    const also = isItem ? "The same applies to" : "It also lacks";
    if (others.length > 0) told[at] = { ...one, message: `${one.message} ${also} ${shortList(others)}.` };
  }
  return told;
}

/** The cloud-config that Ubuntu's installer hands over to the system that it installs; its other keys are not cloud-init's. */
export function userDataOfInstaller(root: Mapping): Mapping | undefined {
  const autoinstall = findPair(root, "autoinstall")?.value;
  const userData = autoinstall?.type === "mapping" ? findPair(autoinstall, "user-data")?.value : undefined;
  return userData?.type === "mapping" ? userData : undefined;
}

/** The problem with only those keys to suggest that this version reads in this place and that are not deprecated. */
function withCurrentKeys(problem: SchemaProblem, reader: Schemas): SchemaProblem {
  if (problem.kind !== "unknown-key") return problem;
  const properties = asSchema(problem.schemas[0]?.properties) ?? {};
  const isCurrent = (key: string): boolean => {
    const form = asSchema(properties[key]);
    const since = form?.deprecated_version;
    if (form?.deprecated === true && (typeof since !== "string" || versionAtLeast(reader.version, since))) return false;
    return problem.path.length > 1 || !isKnownKey(key) || isCurrentKey(key, reader);
  };
  return { ...problem, keys: problem.keys.filter(isCurrent), outdated: problem.keys.filter((key) => !isCurrent(key)) };
}

/** Without the keys that a mapping lacks because they are misspelt in it. */
function withoutConsequences(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const placeOf = (path: readonly Step[]) => JSON.stringify(path);
  const misspelt = new Map<string, Set<string>>();
  for (const problem of problems) {
    const meant = problem.kind === "unknown-key" ? meantKey(problem) : undefined;
    if (meant === undefined) continue;
    const place = placeOf(problem.path.slice(0, -1));
    misspelt.set(place, (misspelt.get(place) ?? new Set()).add(meant));
  }
  return problems.filter(({ kind, path, keys }) => {
    if (kind !== "missing-key") return true;
    const meant = misspelt.get(placeOf(path));
    return meant === undefined || !keys.flatMap((key) => key.split(" and ")).some((key) => meant.has(key));
  });
}

/** Whether the mapping at the end of a path has a key. */
function hasKey(root: Mapping, path: readonly Step[], key: string): boolean {
  let node: ConfigNode | undefined = root;
  for (const step of path) {
    if (node?.type === "mapping") node = findPair(node, String(step))?.value;
    else node = node?.type === "sequence" ? node.children[Number(step)] : undefined;
  }
  return node?.type === "mapping" && findPair(node, key) !== undefined;
}

function toldOf(
  problem: SchemaProblem,
  root: Mapping,
  name: SchemaName,
  layer: Layer,
  schemas: Schemas,
  { schema }: Validator,
): Told | undefined {
  const { kind, path, pair, node } = problem;
  const origin = originOf(pair ?? node);
  const top = topOf(name === "cloud-config" ? name : "network-config");
  const textOf = (one: SchemaProblem) => `${problemText(one, schema, top)}.`;
  const message = textOf(problem);
  const given = String(path.at(-1));
  // With both spellings nobody knows which value counts.
  const isFree = (key: string) => !hasKey(root, path.slice(0, -1), key);
  if (isAnnotation(problem)) {
    const since = problem.schemas[0]?.[`${kind}_version`];
    if (typeof since === "string" && !versionAtLeast(schemas.version, since)) return undefined;
    // Only what a launch provides is not meant to set it.
    if (layer === "image" && path.length === 1 && path[0] === "system_info") return undefined;
    const renamed = newName(given);
    const isRenamed = pair !== undefined && renamed !== undefined && isFree(renamed);
    const replace = isRenamed ? { old: given, by: renamed } : undefined;
    const rewrite = isRenamed ? undefined : rewriteOf(problem, schema, schemas.version);
    return {
      about: "deprecated-key",
      worst: kind === "changed" ? "info" : "warning",
      message,
      origin,
      replace,
      rewrite,
    };
  }
  // A separate rule covers the names of modules.
  if (layer === "image" && path.length > 1 && /^cloud_(init|config|final)_modules$/.test(String(path[0])))
    return undefined;
  if (layer === "image" && kind === "type" && path.length === 1 && isStockForm(problem, schema)) return undefined;
  if (kind !== "unknown-key") {
    const rewrite = rewriteOf(problem, schema, schemas.version);
    return { about: "value", worst: "error", message, origin, rewrite };
  }
  // Files of the image may set more keys than a launch.
  if (path.length === 1 && name === "cloud-config" && !closesTopLevel(schemas, layer)) return undefined;
  if (path.length === 1 && name === "cloud-config" && deprecatedForm(given, schemas) !== undefined) return undefined;
  const place = name === "cloud-config" ? placeOf(path, schemas) : "";
  // A key that has this name elsewhere is not misspelt, unless datasources differ in its spelling.
  const isElsewhere = place !== "" && !(path[0] === "datasource" && path.length > 2);
  const meant = isElsewhere ? undefined : meantKey(problem);
  const replace = meant !== undefined && isFree(meant) ? { old: given, by: meant } : undefined;
  if (path.length === 1 && Object.hasOwn(ONLY_OF_IMAGE, given)) return onlyOfImage(given, origin);
  const isImages = path.length === 1 && systemKeys.has(given) && given !== "log_cfgs";
  const hint = isImages
    ? " cloud-init reads it only from files of the image."
    : meant !== undefined
      ? ""
      : place !== "" || path.length > 1
        ? place
        : parentHint(given, schemas);
  const text = hint === "" ? message : textOf({ ...problem, keys: [], outdated: [] });
  return { about: "unknown-key", worst: "error", message: `${text}${hint}`, origin, replace };
}

/** Keys that are read before the data of the launch, and where else they may stand (stages.py, 18.5 to 26.2). */
const ONLY_OF_IMAGE: Readonly<Record<string, string>> = {
  datasource: "",
  datasource_list: "",
  network: ", and the network configuration of a launch from its network-config",
};

function onlyOfImage(key: string, origin: Origin): Told {
  const message = `${key} has no effect in user-data or vendor-data: cloud-init reads it only from files of the image${ONLY_OF_IMAGE[key]}.`;
  return { about: "unknown-key", worst: "error", message, origin };
}

/**
 * Values that no schema allows but cloud-init reads as intended; stock files of the Red Hat family contain them up to
 * release 8: 0 and 1 for a boolean, and null as the list of host key types, which another rule covers.
 */
function isStockForm({ path, node, schemas }: SchemaProblem, root: Schema): boolean {
  if (node.type !== "scalar") return false;
  if (node.kind === "null") return path[0] === "ssh_genkeytypes";
  return node.kind === "int" && (node.value === 0 || node.value === 1) && allowsBooleans(schemas, root);
}

/** Whether an unknown top-level key is an error: in user-data and vendor-data, since 23.4. */
function closesTopLevel({ version }: Schemas, layer: Layer): boolean {
  return layer === "launch" && versionAtLeast(version, "23.4");
}

/** The number of unknown keys that are compared with the known ones. */
const MOST_COMPARED = 2_000;

/** The names of top-level keys: those that are not compared, and those to suggest. */
interface TopNames {
  readonly names: ReadonlySet<string>;
  readonly known: readonly string[];
  readonly outdated: readonly string[];
}

/** An image may have thousands of files, which share these. */
const topNamesOf = new WeakMap<Schemas, Map<Layer, TopNames>>();

function topNames(layer: Layer, schemas: Schemas): TopNames {
  const ofLayers = topNamesOf.get(schemas) ?? new Map<Layer, TopNames>();
  topNamesOf.set(schemas, ofLayers);
  let found = ofLayers.get(layer);
  if (found === undefined) {
    const names = new Set([...schemas.topKeys, ...systemKeys, ...stockKeys]);
    const ofImage = layer === "image" ? [...systemKeys] : [];
    const known = [...schemas.topKeys.filter((key) => isCurrentKey(key, schemas)), ...ofImage];
    found = { names, known, outdated: schemas.topKeys.filter((key) => !known.includes(key)) };
    ofLayers.set(layer, found);
  }
  return found;
}

/** Reports top-level keys that resemble a known one, where the schema allows any key. */
function openTopLevel(
  root: Mapping,
  layer: Layer,
  schemas: Schemas,
  isUnknown: ((node: Scalar) => boolean) | undefined,
): { readonly told: Told[]; readonly cut: boolean } {
  if (closesTopLevel(schemas, layer)) return { told: [], cut: false };
  let compared = 0;
  const { names, known, outdated } = topNames(layer, schemas);
  const told = root.children.flatMap((pair): Told[] => {
    const { key } = pair;
    const name = String(key.value);
    if (layer === "launch" && Object.hasOwn(ONLY_OF_IMAGE, name)) return [onlyOfImage(name, originOf(pair))];
    if (key.kind !== "str" || names.has(name) || name.length > 40 || isUnknown?.(key)) return [];
    if (++compared > MOST_COMPARED) return [];
    const same = otherSpelling(name, known) ?? otherName(name, known);
    const place = same === undefined ? placeHint({ path: [name] }, schemas) : "";
    // A name that resembles a deprecated key is reported too, but that key is not suggested.
    const isNear = same !== undefined || (name.length > 4 && nearest(name, [...known, ...outdated]) !== undefined);
    if (!isNear && place === "") return [];
    const meant = place === "" ? (same ?? likelyKey(name, known, outdated)) : undefined;
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    const where = meant !== undefined ? "" : place === "" ? parentHint(name, schemas) : place;
    const isFree = meant !== undefined && findPair(root, meant) === undefined;
    return [
      {
        about: "unknown-key",
        worst: "error",
        message: `Unknown key "${name}"${hint}.${where}`,
        origin: originOf(pair),
        replace: isFree ? { old: name, by: meant } : undefined,
      },
    ];
  });
  return { told, cut: compared > MOST_COMPARED };
}

/** Where a key of the image's settings belongs that is unknown in its place. */
function placeOf(path: readonly Step[], schemas: Schemas): string {
  const isSetting = path.length === 1 || path[0] === "datasource" || path[0] === "system_info";
  return isSetting ? placeHint({ path }, schemas) : "";
}

/** The declaration of a top-level key that this version still reads but deprecates. */
function deprecatedForm(key: string, reader: KeyReader): Form | undefined {
  const module = readersOf(key).find((one) => readsKey(one, key, reader));
  const form = module?.keys[key];
  const since = form?.deprecated_version;
  return since !== undefined && versionAtLeast(reader.version, since) ? form : undefined;
}

/** Deprecated top-level keys that the schema does not name: that of 23.4 and later refuses some that modules still read. */
function deprecatedTopLevel(root: Mapping, known: readonly Told[], layer: Layer, schemas: Schemas): Told[] {
  const lines = new Set(known.filter(({ about }) => about === "deprecated-key").map(({ origin }) => origin.line));
  const validator = schemas.validator("cloud-config");
  return root.children.flatMap((pair) => {
    const key = String(pair.key.value);
    const form = deprecatedForm(key, schemas);
    if (form === undefined || lines.has(originOf(pair).line)) return [];
    const problem = { kind: "deprecated", path: [key], node: pair.value, pair, schemas: [form], keys: [] } as const;
    return toldOf(problem, root, "cloud-config", layer, schemas, validator) ?? [];
  });
}

/** The place where cloud-init reads a key of this name, if there is exactly one. */
function parentHint(name: string, schemas: Schemas): string {
  const [parent, ...others] = schemas.parentsOf(name).filter((key) => isCurrentKey(key, schemas));
  return parent === undefined || others.length > 0 ? "" : ` It belongs under "${parent}".`;
}
