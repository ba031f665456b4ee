import { NUMBER_TEXT } from "../../boot/cloud/datasourceKeys.ts";
import { BOOLEAN, WHOLE_NUMBER } from "../../config/schema/netplanKeys.ts";
import type { ProblemKind, Schema, SchemaProblem, Step } from "../../config/schema/schema.ts";
import type { ConfigNode, Pair, Scalar } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { nearest } from "../nearest.ts";
import { hiddenAs, type Place, placeAt } from "../secrets/place.ts";
import { shownAs } from "../secrets/tree.ts";
import { allowedTexts, cut, expected, LONGEST, oneOf } from "./expected.ts";

/**
 * Describes a problem in one sentence, without the full stop.
 * @param root the schema in which references are looked up
 * @param top the top of the document, to find secrets in it; without it nothing is hidden
 */
export function problemText(problem: SchemaProblem, root: Schema, top?: Place): string {
  return TEXTS[problem.kind](problem, root, top);
}

/** The known key that an unknown one probably stands for. */
export function meantKey({ path, keys, outdated = [] }: SchemaProblem): string | undefined {
  const given = String(path.at(-1) ?? "");
  const other = path.length === 1 ? otherName(given, keys) : undefined;
  return otherSpelling(given, keys) ?? other ?? likelyKey(given, keys, outdated);
}

/** The key that differs only in dashes and capitals. */
export function otherSpelling(given: string, keys: readonly string[]): string | undefined {
  const same = (key: string) => key.replaceAll("-", "_").toLowerCase();
  return keys.find((key) => key !== given && same(key) === same(given));
}

/** The nearest key. If that one is outdated, the key that replaced it, but never a key that is less similar. */
export function likelyKey(given: string, keys: readonly string[], outdated: readonly string[]): string | undefined {
  const near = nearOf(given, [...keys, ...outdated]);
  if (near === undefined || keys.includes(near)) return near;
  return otherSpelling(near, keys) ?? otherName(near, keys);
}

/** New names of top-level keys. */
const NEW_NAMES: Readonly<Record<string, string>> = {
  apt_reboot_if_required: "package_reboot_if_required",
  apt_update: "package_update",
  apt_upgrade: "package_upgrade",
};

/** Names that a top-level key has in other packages of cloud-init, or had in the past. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ...NEW_NAMES,
  repo_update: "package_update",
  repo_upgrade: "package_upgrade",
};

/** The current name of a key that is deprecated only for its name; undefined if there is no such name. */
export function newName(key: string): string | undefined {
  if (key === "ubuntu_advantage") return "ubuntu_pro";
  const name = Object.hasOwn(NEW_NAMES, key) ? NEW_NAMES[key] : undefined;
  return name ?? (key.includes("-") ? key.replaceAll("-", "_") : undefined);
}

/** The key that other programs or packages know by this name. */
export function otherName(given: string, keys: readonly string[]): string | undefined {
  const old = given.replaceAll("-", "_").toLowerCase();
  const name = Object.hasOwn(OTHER_NAMES, old) ? OTHER_NAMES[old] : undefined;
  return name !== undefined && keys.includes(name) ? name : undefined;
}

/** The allowed word that a string resembles. */
export function meantWord(
  { node, schemas }: Pick<SchemaProblem, "node" | "schemas">,
  root: Schema,
): string | undefined {
  const word = isText(node) ? String(node.value) : "";
  // Short words resemble too many others.
  return word.length < 5 ? undefined : nearOf(word, allowedTexts(schemas, root));
}

function nearOf(word: string, known: readonly string[]): string | undefined {
  return known.length === 0 || word.length > LONGEST ? undefined : nearest(word, known);
}

function isText(node: ConfigNode): node is Scalar {
  return node.type === "scalar" && node.kind === "str";
}

/** A path in its usual notation: users[0].name; "the document" for the top. */
export function pathText(path: readonly Step[]): string {
  if (path.length === 0) return "the document";
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const name = cut(step, 60);
      const quoted = /^[\w-]+$/.test(name) ? name : `"${name}"`;
      return index === 0 ? quoted : `.${quoted}`;
    })
    .join("");
}

const TEXTS: Readonly<Record<ProblemKind, (problem: SchemaProblem, root: Schema, top?: Place) => string>> = {
  type: ({ path, node, schemas }, root, top) => {
    const place = top && placeAt(top, path);
    const wanted = expected(schemas, root);
    const near = meantWord({ node, schemas }, root);
    const hint = near === undefined ? quoteHint(node, wanted) : ` (did you mean "${near}"?)`;
    if (/\ba string\b/.test(wanted) && typeof path.at(-1) === "number" && isSplitString(node)) {
      const whole = /^(?:runcmd|bootcmd)$/.test(String(path[0])) ? "command" : "string";
      return `": " makes ${pathText(path)} a mapping; quote the whole ${whole}`;
    }
    return `${pathText(path)} must be ${wanted}, not ${given(node, place)}${hint}`;
  },
  "unknown-key": (problem) => {
    const meant = meantKey(problem);
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    const where = problem.path.length === 1 ? "" : ` in ${pathText(problem.path.slice(0, -1))}`;
    const key = `"${cut(String(problem.path.at(-1)))}"`;
    const known =
      meant !== undefined || problem.path.length === 1 || problem.keys.length === 0
        ? ""
        : ` (known keys: ${oneOf([...problem.keys])})`;
    return `Unknown key ${key}${where}${hint}${known}`;
  },
  "missing-key": ({ path, keys }) => {
    const wanted = oneOf(
      keys.map((key) =>
        key
          .split(" and ")
          .map((name) => `"${cut(name)}"`)
          .join(" and "),
      ),
    );
    return `${pathText(path)} lacks the key ${wanted}`;
  },
  bounds: ({ path, node, schemas }) => `${pathText(path)} must ${bounds(node, schemas[0] ?? {})}`,
  form: ({ path, node, schemas }, _root, top) =>
    `${pathText(path)} must ${form(schemas[0] ?? {})}, not ${given(node, top && placeAt(top, path))}`,
  repeated: ({ path }) => `${pathText(path)} lists an item twice`,
  forbidden: ({ path, schemas }) => {
    const keys = refusedKeys(schemas[0] ?? {});
    if (keys.length > 1) return `${pathText(path)} must not have the keys ${keys.join(" and ")} at the same time`;
    return keys.length === 1
      ? `${pathText(path)} must not have the key ${keys[0]}`
      : `${pathText(path)} is not allowed in this form`;
  },
  ambiguous: ({ path, schemas }, root) => {
    const forms = [...new Set(schemas.map((schema) => expected([schema], root)))];
    const which = forms.length > 1 ? ` (${forms.join("; ")})` : "";
    return `${pathText(path)} must match exactly one of its allowed forms${which}, but matches more than one`;
  },
  deprecated: ({ path, schemas }) => `${pathText(path)} is deprecated${annotation(schemas[0] ?? {}, "deprecated")}`,
  changed: ({ path, schemas }) => `${pathText(path)} has changed${annotation(schemas[0] ?? {}, "changed")}`,
};

/** Describes a value of the document. @param place its place, to hide it if it is secret */
export function given(node: ConfigNode, place?: Place): string {
  const kind = hiddenAs(place, node);
  if (kind !== undefined) return shownAs(pyStr(node), kind);
  if (node.type === "mapping") return node.children.length === 0 ? "an empty mapping" : "a mapping";
  if (node.type === "sequence") return node.children.length === 0 ? "an empty list" : "a list";
  const text = pyStr(node);
  if (node.kind === "str") return text === "" ? "an empty string" : `the string "${cut(text, 40)}"`;
  if (node.kind === "null") return "null";
  if (node.kind === "bool") return node.value === true ? "true" : "false";
  if (node.kind === "binary") return "binary data";
  if (node.kind === "date" || node.kind === "datetime") return `the date ${text}`;
  // Of 0644 the value is 420, which the file does not show.
  const { start, end } = node.position;
  const isAsWritten = start.line !== end.line || end.column - start.column === text.length;
  return isAsWritten ? `the number ${cut(text, 40)}` : "a number";
}

/** Whether a mapping is a string that YAML split at a colon, such as the command `echo a: b`. */
function isSplitString(node: ConfigNode): boolean {
  if (node.type !== "mapping" || node.children.length !== 1) return false;
  const [{ key, value }] = node.children as [Pair];
  const isInBraces = key.position.start.offset !== node.position.start.offset;
  return !isInBraces && value.type === "scalar" && key.kind === "str";
}

/** Advice for a value that YAML reads as another type than the string that was probably meant. */
function quoteHint(node: ConfigNode, wanted: string): string {
  const isMisread = node.type === "scalar" && ["bool", "int", "float", "date", "datetime"].includes(node.kind);
  const wantsString = /\ba (string|date)\b/.test(wanted);
  return isMisread && wantsString && !/\b(number|integer)\b/.test(wanted) ? "; quote it to make it a string" : "";
}

function bounds(node: ConfigNode, schema: Schema): string {
  const number = (name: string) => (typeof schema[name] === "number" ? (schema[name] as number) : undefined);
  if (node.type === "scalar") {
    const [least, most, short, long] = ["minimum", "maximum", "minLength", "maxLength"].map(number);
    if (node.kind === "str") return `have ${range(short, long)} characters`;
    return `be ${range(least, most)}`;
  }
  const size = node.children.length;
  const [least, most] = (node.type === "mapping" ? ["minProperties", "maxProperties"] : ["minItems", "maxItems"]).map(
    number,
  );
  const places = Array.isArray(schema.items) && schema.additionalItems === false ? schema.items.length : undefined;
  const what = node.type === "mapping" ? "keys" : "items";
  if (size === 0 && least !== undefined && least <= 1) return "not be empty";
  return `have ${range(least, most ?? places)} ${what}, not ${size}`;
}

function range(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return least === most ? `exactly ${least}` : `${least} to ${most}`;
  return least === undefined ? `at most ${most ?? "so many"}` : `at least ${least}`;
}

function form(schema: Schema): string {
  if (schema.format === "date") return 'be a date such as "2030-12-31"';
  const pattern = String(schema.pattern ?? schema.format ?? "");
  return Object.hasOwn(PATTERNS, pattern) ? `be ${PATTERNS[pattern]}` : `be a string that matches ${cut(pattern)}`;
}

/** What the patterns of cloud-init's schema mean. */
const PATTERNS: Readonly<Record<string, string>> = {
  "^\\+?[0-9]+$": '"now" or minutes, such as 5 or "+5"',
  "^([0-9]+)?\\.?[0-9]+[BKMGT]$": 'a size such as "512M" or "1.5G"',
  "^[-_0-9a-zA-Z]+(,[-_0-9a-zA-Z]+)*$": 'names separated by commas, such as "web,db"',
  "^.+:.+$": 'a pair such as "user:password"',
  [BOOLEAN]: "true or false",
  [WHOLE_NUMBER]: "a whole number",
  [NUMBER_TEXT]: "a number",
};

function refusedKeys(schema: Schema): string[] {
  const refused = schema.not as Schema | undefined;
  return Array.isArray(refused?.required) ? refused.required.slice(0, 5).map((key) => `"${cut(String(key))}"`) : [];
}

/** The version of the change and the schema's advice, without markup. */
function annotation(schema: Schema, word: "deprecated" | "changed"): string {
  const version = schema[`${word}_version`];
  const advice =
    schema[`${word}_description`] ?? (word === "deprecated" && version === undefined ? schema.description : "");
  const plain = cut(
    typeof advice === "string" ? advice.replace(/:\w+:`([^`<]*)[^`]*`/g, "$1").replace(/[*`]/g, "") : "",
    200,
  );
  const since = typeof version === "string" ? ` since ${cut(version, 20)}` : "";
  return plain === "" ? since : `${since}: ${plain.replace(/^DEPRECATED:? */i, "").replace(/\.$/, "")}`;
}
