import { findPair } from "../../config/merge.ts";
import type { SchemaName } from "../../config/schema/imageSchema.ts";
import { hasInvalidBytes } from "../../config/userData/decode.ts";
import { type Excerpt, originOfExcerpt, parseExcerpt } from "../../config/userData/excerpt.ts";
import type { Origin } from "../../image/origin.ts";
import { type ConfigNode, type Mapping, originOf, type Scalar } from "../../python/tree.ts";
import type { YamlResult } from "../../python/yaml/load.ts";
import type { Severity } from "../finding.ts";
import { toldOfRequests } from "../requests/requests.ts";
import { checkConfig, userDataOfInstaller } from "../schema/checkConfig.ts";
import { duplicateKeys } from "../schema/duplicateKeys.ts";
import type { Schemas } from "../schema/schemas.ts";
import type { About, Layer, Told } from "../schema/told.ts";
import { type Front, holdsMask, type Reading, Template } from "../templates/otherTemplates.ts";
import { findPlaceholders, MASK, type Syntaxes } from "../templates/placeholders.ts";

/** What a text of YAML is to be. */
export type TextKind = "cloud-config" | "network-config" | "meta-data";

/** Who fills a text in before cloud-init reads it: nobody that is known of, cloud-init's own Jinja, or another program. */
export type Filling = "unknown" | "cloud-init" | "program";

export interface TextOptions {
  readonly filling?: Filling;
  readonly syntaxes?: Syntaxes;
  readonly layer?: Layer;
  /** What stands in front of the header. */
  readonly front?: Front | undefined;
}

/** Reads a text as YAML, templates included, and compares it with the schema. */
export function checkText(
  content: Excerpt,
  kind: TextKind,
  schemas: Schemas,
  { filling = "unknown", syntaxes = "all", layer = "launch", front }: TextOptions = {},
): Told[] {
  const template = new Template(content.text, syntaxes);
  return toldOfText(content, kind, schemas, template, { filling, syntaxes, layer, front }).map((told) =>
    told.message.includes(MASK) ? { ...told, message: template.unmasked(told.message) } : told,
  );
}

function toldOfText(
  content: Excerpt,
  kind: TextKind,
  schemas: Schemas,
  template: Template,
  { filling, syntaxes, layer, front }: Required<Omit<TextOptions, "front">> & Pick<TextOptions, "front">,
): Told[] {
  const { result, filledIn } = parseTemplate(content, template, filling !== "unknown");
  const note = noteOf(content, front);
  const { node, error } = result;
  if (error !== undefined) return [toldOfError(content, error, template, filling)];
  const told: Told[] = filledIn || front?.hasValue === true || front?.comment !== undefined ? [note] : [];
  if (node === undefined) return told;
  if (node.type !== "mapping") {
    if (node.type === "scalar" && isFilledIn(node, syntaxes, filling)) return [note];
    const message = "cloud-init ignores all of this: the top level is not a mapping (lines of the form key: value).";
    return [{ about: "not-applied", worst: "error", message, origin: originOf(node) }];
  }
  if (kind === "meta-data") return told;
  if (template.placeholders.length === 0)
    return [...told, ...duplicateKeys(node), ...checkMapping(node, kind, schemas, undefined, layer)];
  // Of a cloud-config another rule reports these variables, so that their values count as filled in.
  const reading = kind === "cloud-config" ? "cloud-init" : filling;
  const known = new Map<ConfigNode, boolean>();
  const isUnknown = (part: ConfigNode) => {
    let answer = known.get(part);
    if (answer === undefined) {
      const isGiven = part.type === "scalar" && part.value !== null && part.value !== "";
      answer = isGiven ? isFilledIn(part, syntaxes, reading) : isExtended(part, content, template);
      known.set(part, answer);
    }
    return answer;
  };
  const areAlternatives = (first: number, second: number) =>
    !content.verbatim || template.areAlternatives(first - content.line + 1, second - content.line + 1);
  const all = withAlternatives(node, areAlternatives) as Mapping;
  const found = [...duplicateKeys(node, areAlternatives), ...checkMapping(all, kind, schemas, isUnknown, layer)];
  if (told.length > 0) return [...told, ...found];
  const withoutThem = [...duplicateKeys(node), ...checkMapping(node, kind, schemas, undefined, layer)];
  return withoutThem.length > found.length ? [note, ...found] : found;
}

/** The same with all pairs of a key, where only one of them is left once the template is filled in. */
function withAlternatives(node: ConfigNode, areAlternatives: (first: number, second: number) => boolean): ConfigNode {
  const done = new Map<ConfigNode, ConfigNode>();
  const next = (part: ConfigNode): ConfigNode => {
    const known = done.get(part);
    if (known !== undefined) return known;
    // An alias cannot stand within what it names.
    let result = part;
    if (part.type === "sequence") result = { ...part, children: part.children.map(next) };
    else if (part.type === "mapping") {
      const pairs = part.children.flatMap((pair) => [
        ...pair.shadowed.filter((other) => areAlternatives(originOf(other).line, originOf(pair).line)),
        pair,
      ]);
      result = { ...part, children: pairs.map((pair) => ({ ...pair, value: next(pair.value) })) };
    }
    done.set(part, result);
    return result;
  };
  return next(node);
}

/** A text that is no YAML, whatever is filled in. */
function toldOfError(
  { text, path, line: first }: Excerpt,
  { reason, line, column, limit }: NonNullable<YamlResult["error"]>,
  { isStructural }: Template,
  filling: Filling,
): Told {
  const origin = { path, line, column };
  const say = (about: About, worst: Severity, message: string): Told => ({ about, worst, message, origin });
  if (limit === "size")
    return { ...say("not-checked", "info", `This file cannot be read: ${reason}.`), unread: `${reason}.` };
  if (hasInvalidBytes(text))
    return say("not-applied", "error", "cloud-init ignores all of this: a byte is not UTF-8; save it as UTF-8.");
  // Only what is filled in could tell, where it brings lines or takes them away.
  if (isStructural || filling === "cloud-init")
    return say("not-checked", "info", `This is not YAML before it is filled in: ${reason}.`);
  const given = text.split("\n")[line - first] ?? "";
  const isVariable = given.slice(0, column).endsWith("{") && given.includes("{{");
  const hint = isVariable ? '; quote "{{ ... }}", or start the file with "## template: jinja"' : "";
  return say("not-applied", "error", `cloud-init ignores all of this: ${reason}${hint}.`);
}

/** Whether an empty value may be filled in below, and whether a mapping may get more keys then. */
function isExtended({ type, position }: ConfigNode, content: Excerpt, template: Template): boolean {
  if (type === "sequence") return false;
  const { start, end } = position;
  const above = content.line - 1;
  if (type === "scalar" || !content.verbatim)
    return template.isFilledBelow(content.verbatim ? end.line - above : undefined);
  return template.isExtended(start.line - above, end.line - above, start.column - content.indent);
}

/** Names that only cloud-init's own Jinja fills in, and not without its header (handlers/jinja_template.py, 18.5 to 26.2). */
const CLOUD_INITS_VARIABLE = /^\{\{-?\s*(?:ds|v1|sys_info|merged_cfg|merged_system_cfg|userdata|vendordata)\b/;

/** Whether a value is filled in later, wholly or in part. */
function isFilledIn(node: Scalar, syntaxes: Syntaxes, filling: Filling): boolean {
  if (typeof node.value !== "string") return false;
  if (holdsMask(node)) return true;
  const { value } = node;
  return findPlaceholders(value, syntaxes).some(
    ({ start }) => filling !== "unknown" || !CLOUD_INITS_VARIABLE.test(value.slice(start)),
  );
}

/** Compares a mapping with the schema of its kind. */
export function checkMapping(
  root: Mapping,
  kind: "cloud-config" | "network-config",
  schemas: Schemas,
  isUnknown?: (node: ConfigNode) => boolean,
  layer: Layer = "launch",
): Told[] {
  if (kind === "cloud-config") {
    const installed = userDataOfInstaller(root);
    return [
      ...checkConfig(root, kind, layer, schemas, isUnknown),
      ...[root, ...(installed === undefined ? [] : [installed])].flatMap((config) =>
        toldOfRequests(config, { version: schemas.version, isUnknown }),
      ),
    ];
  }
  const wrapped = findPair(root, "network");
  const inner = wrapped === undefined ? root : wrapped.value;
  if (inner.type === "mapping" && (inner.children.length === 0 || isDisabled(inner))) return [];
  const version = inner.type === "mapping" ? findPair(inner, "version") : undefined;
  const value = version?.value;
  // What is filled in may be the version, "config: disabled", or all of it.
  const config = inner.type === "mapping" && version === undefined ? findPair(inner, "config")?.value : undefined;
  if ([value ?? inner, config].some((part) => part !== undefined && isUnknown?.(part))) return [];
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

/** What is said once of each template. */
export function templateNote(origin: Origin): Told {
  return { about: "not-checked", worst: "info", message: TEMPLATE_NOTE, origin, isTemplateNote: true };
}

const TEMPLATE_NOTE = "This is a template: values that are filled in later are not checked.";

function noteOf(content: Excerpt, front: Front | undefined): Told {
  if (front === undefined) return templateNote(originOfExcerpt(content));
  const origin = { path: content.path, line: front.comment ?? 1, column: 1 };
  if (front.comment === undefined) return templateNote(origin);
  const message = `${TEMPLATE_NOTE} Line ${front.comment} must not remain then, since cloud-init looks for the header in the first line.`;
  return { about: "not-checked", worst: "info", message, origin };
}

/** So many lines that make a template invalid YAML are left out; of longer texts, in characters, none. */
const MOST_DROPPED = 20;
const LONGEST_TO_REPAIR = 65_536;

/**
 * Parses a text as it is, unless it is known to be a template or this fails; else with its placeholders as values, else
 * without the lines that hold nothing else, without all branches but the first, and without the lines that are wrong.
 */
function parseTemplate(
  content: Excerpt,
  template: Template,
  isTemplate: boolean,
): { result: YamlResult; filledIn: boolean } {
  const isFilledIn = template.placeholders.length > 0;
  const plain = isTemplate && isFilledIn ? undefined : parseExcerpt(content);
  const isRead = ({ error }: YamlResult) => error === undefined || error.limit !== undefined;
  if (plain !== undefined && (isRead(plain) || !isFilledIn)) return { result: plain, filledIn: false };
  const parse = (reading: Reading) => parseExcerpt({ ...content, text: template.text(reading) });
  const first = parse("values");
  const asValues = { result: isRead(first) ? first : (plain ?? first), filledIn: true };
  if (isRead(first) || !template.isStructural) return asValues;
  for (const reading of ["left-out", "first-branches"] as const) {
    const result = parse(reading);
    if (isRead(result)) return { result, filledIn: true };
  }
  if (!content.verbatim || content.text.length > LONGEST_TO_REPAIR) return asValues;
  let last = parse("first-branches");
  for (let left = MOST_DROPPED; left > 0 && last.error !== undefined; left--) {
    if (!template.drop(last.error.line - content.line + 1)) break;
    last = parse("first-branches");
  }
  return isRead(last) ? { result: last, filledIn: true } : asValues;
}
