import type { Render, Rendered } from "../../config/rendering.ts";
import { templateKind } from "../../config/rendering.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { unknown } from "../../image/unknown.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { checkTemplate, renderTemplate } from "../files/templater.ts";

/**
 * Renders configuration and user-data with what is known of the instance (handlers/jinja_template.py, 20.4 to 26.2).
 * `complete`: whether that is all that the cloud provides; otherwise missing values are unknown.
 */
export function configRenderer(variables: ConfigObject, version: string, complete: boolean): Render {
  const options = { do: versionAtLeast(version, "22.2") };
  return (template): Rendered => {
    const isJinja = templateKind(template) === "jinja";
    // Before 22.4 other templates were rendered as well.
    if (!isJinja && versionAtLeast(version, "22.4")) return { problem: { code: "no-jinja" }, cause: "error" };
    try {
      if (isJinja) checkTemplate(template, options);
    } catch (error) {
      return failed(error, "syntax");
    }
    try {
      const text = renderTemplate(template, complete ? variables : withUnknown(variables, template), options);
      const missing = (_all: string, name: string) => unknown(`${name}, which the cloud may provide`);
      return { text: complete ? text : text.replace(/CI_MISSING_JINJA_VAR\/(\w+)/g, missing) };
    } catch (error) {
      return failed(error, complete ? "error" : "unknown");
    }
  };
}

/** The variables, with an unknown value for each name below `ds` that the template reads and the cloud may provide. */
function withUnknown(variables: ConfigObject, template: string): ConfigObject {
  const ds: ConfigObject = Object.create(null);
  for (const [, path] of template.matchAll(/\bds((?:\.[A-Za-z_]\w{0,100}){1,5})/g)) {
    const names = path!.slice(1).split(".");
    const last = names.pop()!;
    let holder = ds;
    for (const name of names) {
      const held = holder[name];
      const next: ConfigObject =
        typeof held === "object" && held !== null && !Array.isArray(held) ? held : Object.create(null);
      holder[name] = next;
      holder = next;
    }
    holder[last] ??= unknown(`${last}, which the cloud may provide`);
  }
  return { ...variables, ds };
}

function failed(error: unknown, cause: "syntax" | "error" | "unknown"): Rendered {
  if (error instanceof CannotTell)
    return { problem: { code: "template-limit", message: error.message }, cause: "unknown" };
  if (error instanceof Raises) return { problem: { code: "template-raises", message: error.message }, cause };
  throw error;
}
