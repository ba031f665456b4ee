import { unknown } from "../../image/unknown.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import type { ConfigObject } from "../../python/tree.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { strictText } from "./strictText.ts";
import { renderTemplate } from "./templater.ts";

/** The image's own template of a name such as "hosts.debian"; undefined if there is none (cloud.py, 18.5 to 26.2). */
export function templateFile(boot: ModuleRun, name: string): string | undefined {
  const configured = boot.config.get("system_info", "paths", "templates_dir");
  const directory = typeof configured === "string" ? configured.replace(/(?<!\/)\/+$/, "") : "/etc/cloud/templates";
  const path = `${directory}/${name}.tmpl`;
  return boot.image.stat(path)?.kind === "file" ? path : undefined;
}

/** What a template file renders to; see `renderText`. */
export function renderFile(boot: ModuleRun, path: string, variables: ConfigObject): string {
  return renderText(boot, strictText(boot, path) ?? "", variables);
}

/**
 * The rendered template; unknown as a whole if this program cannot render it.
 * @throws Raises if the real renderer fails
 */
export function renderText(boot: ModuleRun, template: string, variables: ConfigObject): string {
  try {
    return renderTemplate(template, variables, { do: boot.since("22.2") });
  } catch (error) {
    if (error instanceof CannotTell) return unknown(`the rendered template, because ${error.message}`);
    if (error instanceof Raises) throw new Raises(`the template cannot be rendered: ${error.message}`);
    throw error;
  }
}
