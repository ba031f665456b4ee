import { findPair } from "../../config/merge.ts";
import type { SchemaName } from "../../config/schema/imageSchema.ts";
import { type Mapping, originOf, type Scalar } from "../../config/tree.ts";
import { hasInvalidBytes } from "../../config/userData/decode.ts";
import { type Excerpt, originOfExcerpt, parseExcerpt } from "../../config/userData/excerpt.ts";
import type { YamlResult } from "../../config/yaml.ts";
import { checkConfig, type Layer } from "../schema/checkConfig.ts";
import { duplicateKeys } from "../schema/duplicateKeys.ts";
import type { Schemas } from "../schema/schemas.ts";
import type { Told } from "../schema/told.ts";
import { hasPlaceholder, isFilledIn, masked, type TemplateSyntax } from "./template.ts";

/** What a text of YAML is to be. */
export type TextKind = "cloud-config" | "network-config" | "meta-data";

/** Reads a text as YAML, templates included, and compares it with the schema. */
export function checkText(
  content: Excerpt,
  kind: TextKind,
  schemas: Schemas,
  given?: TemplateSyntax,
  layer: Layer = "launch",
): Told[] {
  const syntax = given ?? (hasPlaceholder(content.text, "terraform") ? "terraform" : undefined);
  const { result, filledIn } = parseTemplate(content, syntax, given !== undefined);
  const { node, error } = result;
  if (error !== undefined) {
    const origin = { path: content.path, line: error.line, column: error.column };
    if (error.limit === "size")
      return [
        { about: "not-checked", worst: "info", message: `This is not read: ${error.reason}.`, origin, unread: true },
      ];
    if (hasInvalidBytes(content.text))
      return [
        {
          about: "not-applied",
          worst: "error",
          message: "cloud-init ignores all of this: a byte is not UTF-8; save it as UTF-8.",
          origin,
        },
      ];
    // Only what is filled in could tell.
    if (syntax !== undefined)
      return [
        {
          about: "not-checked",
          worst: "info",
          message: `This is no YAML until it is filled in: ${error.reason}.`,
          origin,
        },
      ];
    return [
      { about: "not-applied", worst: "error", message: `cloud-init ignores all of this: ${error.reason}.`, origin },
    ];
  }
  const told: Told[] = filledIn ? [noteOf(content)] : [];
  if (node === undefined) return told;
  if (node.type !== "mapping") {
    if (node.type === "scalar" && isFilledIn(node, syntax)) return [noteOf(content)];
    const message = "cloud-init ignores all of this: the top level is not a mapping (lines of the form key: value).";
    return [{ about: "not-applied", worst: "error", message, origin: originOf(node) }];
  }
  if (kind === "meta-data") return told;
  const isUnknown = syntax === undefined ? undefined : (scalar: Scalar) => isFilledIn(scalar, syntax);
  const found = [...duplicateKeys(node), ...checkMapping(node, kind, schemas, isUnknown, layer)];
  if (filledIn || isUnknown === undefined) return [...told, ...found];
  const withoutThem = [...duplicateKeys(node), ...checkMapping(node, kind, schemas, undefined, layer)];
  return withoutThem.length > found.length ? [noteOf(content), ...found] : found;
}

/** Compares a mapping with the schema of its kind. */
export function checkMapping(
  root: Mapping,
  kind: "cloud-config" | "network-config",
  schemas: Schemas,
  isUnknown?: (node: Scalar) => boolean,
  layer: Layer = "launch",
): Told[] {
  if (kind === "cloud-config") return checkConfig(root, kind, layer, schemas, isUnknown);
  const wrapped = findPair(root, "network");
  const inner = wrapped === undefined ? root : wrapped.value;
  if (inner.type === "mapping" && (inner.children.length === 0 || isDisabled(inner))) return [];
  const version = inner.type === "mapping" ? findPair(inner, "version") : undefined;
  const value = version?.value;
  if (value?.type === "scalar" && isUnknown?.(value)) return [];
  const number = value?.type === "scalar" && value.kind === "int" ? value.value : undefined;
  if (number === 1 || number === 2) {
    const name: SchemaName = `network-config-v${number}`;
    return checkConfig(root, name, layer, schemas, isUnknown);
  }
  const place = version ?? wrapped ?? root;
  const lack = version === undefined ? "lacks the key version (1 or 2)" : "has a version that is neither 1 nor 2";
  return [{ about: "value", worst: "error", message: `The network configuration ${lack}.`, origin: originOf(place) }];
}

/** "config: disabled", which needs no version. */
function isDisabled(network: Mapping): boolean {
  const config = findPair(network, "config")?.value;
  return config?.type === "scalar" && config.value === "disabled";
}

function noteOf(content: Excerpt): Told {
  const message = "This is a template: values that are filled in later are not checked.";
  return { about: "not-checked", worst: "info", message, origin: originOfExcerpt(content) };
}

/** Parses a text as it is, else with its placeholders as values, else with those that fill a line left out. */
function parseTemplate(
  content: Excerpt,
  syntax: TemplateSyntax | undefined,
  isTemplate: boolean,
): { result: YamlResult; filledIn: boolean } {
  const plain = isTemplate ? undefined : parseExcerpt(content);
  if (plain !== undefined && (plain.error === undefined || plain.error.limit !== undefined || syntax === undefined))
    return { result: plain, filledIn: false };
  const first = parseExcerpt({ ...content, text: masked(content.text, syntax!, false) });
  if (first.error === undefined || first.error.limit !== undefined) return { result: first, filledIn: true };
  const second = parseExcerpt({ ...content, text: masked(content.text, syntax!, true) });
  return { result: second.error === undefined ? second : (plain ?? first), filledIn: true };
}
