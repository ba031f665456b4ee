import { isMapping } from "../../python/checked.ts";
import { Dict, isDict, type PyDict, type PyValue } from "../../python/dataModel.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import { Budget } from "../../python/jinja/budget.ts";
import { Interpreter } from "../../python/jinja/interpreter.ts";
import { parseTemplate } from "../../python/jinja/statements.ts";

import { str } from "../../python/repr.ts";
import type { ConfigObject, ConfigValue } from "../../python/tree.ts";

/** No distribution ships a larger template. */
const LARGEST = 1_000_000;

/**
 * Renders a template as cloud-init does (templater.py render_string, 20.4 to 26.2): by Jinja where the first line is
 * `## template: jinja`, else by replacing `$name` and `${name.part}`. `do`: whether the version supports {% do %}.
 * @throws Raises if cloud-init cannot render the template
 * @throws CannotTell if this program cannot
 */
export function renderTemplate(template: string, variables: ConfigObject, options: { readonly do: boolean }): string {
  if (template.length > LARGEST) throw new CannotTell("it is too large");
  const budget = new Budget();
  const values = new Map(Object.entries(variables).map(([name, value]) => [name, withDicts(value)]));
  const [first = "", ...others] = template.split("\n");
  const header = /^##\s*template:(.*)/i.exec(first);
  const kind = header?.[1]?.trim().toLowerCase();
  if (kind === undefined) return renderBasic(template, values, budget);
  const rest = others.join("\n");
  if (kind === "basic") return renderBasic(rest, values, budget);
  if (kind !== "jinja") throw new Raises(`unknown template type ${kind}`);
  const rendered = new Interpreter(budget).render(parseTemplate(rest, options), values);
  return rest.endsWith("\n") ? `${rendered}\n` : rendered;
}

/**
 * Reads a Jinja template without rendering it.
 * @throws Raises for a syntax error, CannotTell for what is not supported
 */
export function checkTemplate(template: string, options: { readonly do: boolean }): void {
  if (template.length > LARGEST) throw new CannotTell("it is too large");
  parseTemplate(template.slice(template.indexOf("\n") + 1), options);
}

function renderBasic(template: string, variables: ReadonlyMap<string, PyValue>, budget: Budget): string {
  return template.replace(/\$\{([A-Za-z0-9_.]+)\}|\$([A-Za-z0-9_.]+)/g, (_all, braced, bare) => {
    const [first, ...rest] = String(braced ?? bare).split(".");
    let value = variables.get(first!);
    for (const step of rest) value = value !== undefined && isDict(value) ? value.get(step) : undefined;
    if (value === undefined) throw new Raises(`the variable ${braced ?? bare} is not defined`);
    return budget.text(str(value, budget));
  });
}

/** A value with its mappings as dictionaries. */
function withDicts(value: ConfigValue): PyValue {
  if (Array.isArray(value)) return value.map(withDicts);
  if (!isMapping(value)) return value;
  const dict: PyDict = new Dict();
  for (const [key, item] of Object.entries(value)) dict.set(key, withDicts(item));
  return dict;
}
