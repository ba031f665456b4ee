import { asSchemas, type SchemaProblem, type Step } from "../../config/schema/schema.ts";
import { schemaValidator } from "../../config/schema/validate.ts";
import { duplicatesIn } from "../../lint/schema/duplicateKeys.ts";
import { allowedTexts, cut, expected, oneOf } from "../../lint/schema/expected.ts";
import { given, pathText } from "../../lint/schema/words.ts";
import { type ConfigNode, originOf, type Pair } from "../../python/tree.ts";
import { didYouMean, nearestInAnyCase } from "../output.ts";
import { type SettingForm, settingsForm, VERSION } from "./keys.ts";

/** What is wrong in the configuration file, and where; line and column count from 1. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const validator = schemaValidator(settingsForm);

/** All mistakes in a configuration file, in the order of the file. */
export function mistakesIn(root: ConfigNode): Mistake[] {
  const { problems, cut: isCut } = validator.validate(root);
  const mistakes = withoutConsequences(problems).map((problem) => mistakeAt(placeOf(problem), textOf(problem)));
  const duplicates = duplicatesIn(root).map(({ winner, loser }) =>
    mistakeAt(winner.key, `duplicate key "${cut(String(winner.key.value))}"; line ${originOf(loser).line} sets it too`),
  );
  const unchecked = isCut && problems.length === 0 ? [mistakeAt(root, "too large to check; use fewer entries")] : [];
  return [...mistakes, ...duplicates, ...unchecked].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Without the keys that a mapping lacks where one is misspelt. */
function withoutConsequences(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const placed = (path: readonly Step[]) => JSON.stringify(path);
  const misspelt = new Set(
    problems.flatMap(({ kind, path }) => (kind === "unknown-key" ? placed(path.slice(0, -1)) : [])),
  );
  return problems.filter(({ kind, path }) => kind !== "missing-key" || !misspelt.has(placed(path)));
}

function mistakeAt(node: ConfigNode | Pair, message: string): Mistake {
  const { line, column } = originOf(node);
  return { line, column, message };
}

/** Of a key that is not allowed, the key; otherwise the value. */
function placeOf({ kind, pair, node }: SchemaProblem): ConfigNode {
  return kind === "unknown-key" && pair !== undefined ? pair.key : node;
}

/** What is wrong, in one line. */
function textOf({ kind, path, node, schemas, keys }: SchemaProblem): string {
  const forms = schemas.flatMap(alternatives);
  const last = cut(String(path.at(-1) ?? ""));
  if (kind === "unknown-key") {
    const where = path.length === 1 ? "" : ` in ${pathText(path.slice(0, -1))}`;
    const wrongKey = forms.find((form) => form.wrongKey !== undefined)?.wrongKey;
    return wrongKey?.(last) ?? `unknown key "${last}"${where}${didYouMean(last, keys)}`;
  }
  if (kind === "missing-key") return `${pathText(path)} needs ${oneOf(keys.map((key) => `"${key}"`))}`;
  const isText = node.type === "scalar" && node.kind === "str";
  const word = isText ? cut(String(node.value)) : "";
  const wrong = isText && word !== "" ? forms.find((form) => form.wrong !== undefined)?.wrong : undefined;
  if (wrong !== undefined) return `${pathText(path)}: ${wrong(word)}`;
  if (path.length === 1 && path[0] === "version" && node.type === "scalar" && Number(node.value) > VERSION)
    return `version ${Number(node.value)} is for a newer cloud-init-lint; this one reads version ${VERSION}`;
  const near = word === "" ? undefined : nearestInAnyCase(word, allowedTexts(schemas, settingsForm));
  const subject = path.length === 0 ? "the file" : pathText(path);
  return `${subject} must be ${wanted(forms)}, not ${given(node)}${near === undefined ? "" : ` (did you mean "${near}"?)`}`;
}

/** The forms of which a value may have any, without the one that stands for no value. */
function alternatives(schema: SettingForm): SettingForm[] {
  if (schema.what !== undefined) return [schema];
  const branches = asSchemas(schema.anyOf).flatMap(alternatives);
  const all = branches.length === 0 ? [schema] : branches;
  return all.filter(({ type }) => type !== "null");
}

/** What is allowed, in words: `a string or a list`. */
function wanted(forms: readonly SettingForm[]): string {
  const words = forms.map((form) => form.what ?? expected([form], settingsForm));
  return [...new Set(words)].join(" or ");
}
