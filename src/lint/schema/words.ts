import type { ProblemKind, Schema, SchemaProblem, Step } from "../../config/schema/schema.ts";
import type { ConfigNode, Scalar } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { nearest } from "../nearest.ts";
import { hiddenAs, type Place, placeAt } from "../secrets/place.ts";
import { shownAs } from "../secrets/tree.ts";
import { allowedTexts, cut, expected, LONGEST, oneOf } from "./expected.ts";

/**
 * What is wrong, in one sentence of ours without the full stop.
 * @param root what the schemas' references are looked up in
 * @param top the top of the document, for what is secret in it; nothing is where undefined
 */
export function problemText(problem: SchemaProblem, root: Schema, top?: Place): string {
  return TEXTS[problem.kind](problem, root, top);
}

/** The key that an unknown one is probably meant to be. */
export function meantKey({ path, keys, outdated = [] }: SchemaProblem): string | undefined {
  const given = String(path.at(-1) ?? "");
  const other = path.length === 1 ? otherName(given, keys) : undefined;
  return otherSpelling(given, keys) ?? other ?? likelyKey(given, keys, outdated);
}

/** The key that differs in dashes and capitals only. */
export function otherSpelling(given: string, keys: readonly string[]): string | undefined {
  const same = (key: string) => key.replaceAll("-", "_").toLowerCase();
  return keys.find((key) => key !== given && same(key) === same(given));
}

/** The nearest key; where that is one not to be recommended the one that took its place, but no key that is farther off. */
export function likelyKey(given: string, keys: readonly string[], outdated: readonly string[]): string | undefined {
  const near = nearOf(given, [...keys, ...outdated]);
  if (near === undefined || keys.includes(near)) return near;
  return otherSpelling(near, keys) ?? otherName(near, keys);
}

/** Names that a top-level key has in other packages of cloud-init, or had before. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  apt_reboot_if_required: "package_reboot_if_required",
  apt_update: "package_update",
  apt_upgrade: "package_upgrade",
  repo_update: "package_update",
  repo_upgrade: "package_upgrade",
};

/** The key that other programs or packages call by this name. */
export function otherName(given: string, keys: readonly string[]): string | undefined {
  const old = given.replaceAll("-", "_").toLowerCase();
  const name = Object.hasOwn(OTHER_NAMES, old) ? OTHER_NAMES[old] : undefined;
  return name !== undefined && keys.includes(name) ? name : undefined;
}

function nearOf(word: string, known: readonly string[]): string | undefined {
  return known.length === 0 || word.length > LONGEST ? undefined : nearest(word, known);
}

function isText(node: ConfigNode): node is Scalar {
  return node.type === "scalar" && node.kind === "str";
}

/** A path as one writes it: users[0].name; "the document" for the top. */
function pathText(path: readonly Step[]): string {
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
    const word = isText(node) ? String(node.value) : "";
    // Short words are near to anything.
    const near = word.length < 5 ? undefined : nearOf(word, allowedTexts(schemas, root));
    const hint = near === undefined ? quoteHint(node, wanted) : ` (did you mean "${near}"?)`;
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
        : ` (there are: ${oneOf([...problem.keys])})`;
    return `cloud-init knows no key ${key}${where}${hint}${known}`;
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
  repeated: ({ path }) => `${pathText(path)} names an item twice`,
  forbidden: ({ path, schemas }) => {
    const keys = refusedKeys(schemas[0] ?? {});
    if (keys.length > 1) return `${pathText(path)} must not have the keys ${keys.join(" and ")} together`;
    return keys.length === 1
      ? `${pathText(path)} must not have the key ${keys[0]}`
      : `${pathText(path)} is not allowed so`;
  },
  ambiguous: ({ path, schemas }, root) => {
    const forms = [...new Set(schemas.map((schema) => expected([schema], root)))];
    const which = forms.length > 1 ? ` (${forms.join("; ")})` : "";
    return `${pathText(path)} fits more than one of the forms${which} of which only one may be meant`;
  },
  deprecated: ({ path, schemas }) => `${pathText(path)} is deprecated${annotation(schemas[0] ?? {}, "deprecated")}`,
  changed: ({ path, schemas }) => `${pathText(path)} has changed${annotation(schemas[0] ?? {}, "changed")}`,
};

/** What stands in the document. @param place where it stands; what is secret there is not told */
export function given(node: ConfigNode, place?: Place): string {
  const kind = hiddenAs(place, node);
  if (kind !== undefined) return shownAs(pyStr(node), kind);
  if (node.type === "mapping") return node.children.length === 0 ? "an empty mapping" : "a mapping";
  if (node.type === "sequence") return node.children.length === 0 ? "an empty list" : "a list";
  const text = pyStr(node);
  if (node.kind === "str") return text === "" ? "an empty text" : `the text "${cut(text, 40)}"`;
  if (node.kind === "null") return "null";
  if (node.kind === "bool") return node.value === true ? "true" : "false";
  if (node.kind === "binary") return "bytes";
  return node.kind === "date" || node.kind === "datetime" ? `the date ${text}` : `the number ${cut(text, 40)}`;
}

/** YAML made another type of what was perhaps meant as text. */
function quoteHint(node: ConfigNode, wanted: string): string {
  const isMisread = node.type === "scalar" && ["bool", "int", "float", "date", "datetime"].includes(node.kind);
  const wantsText = /\ba (text|date)\b/.test(wanted);
  return isMisread && wantsText && !/\bnumber\b/.test(wanted) ? "; quote it if it is meant as text" : "";
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
  return `be a text that matches ${cut(String(schema.pattern ?? schema.format ?? ""))}`;
}

function refusedKeys(schema: Schema): string[] {
  const refused = schema.not as Schema | undefined;
  return Array.isArray(refused?.required) ? refused.required.slice(0, 5).map((key) => `"${cut(String(key))}"`) : [];
}

/** Since when, and what the schema advises, without its markup. */
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
