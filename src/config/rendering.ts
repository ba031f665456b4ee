import type { TemplateProblem } from "./problems.ts";

/** The result of rendering a template, or why there is none: a syntax error, a runtime error, or a limit of this program. */
export type Rendered =
  | { readonly text: string }
  | { readonly problem: TemplateProblem; readonly cause: "syntax" | "error" | "unknown" };

/** Renders a text whose first line is the header of a Jinja template; the result does not contain the header. */
export type Render = (template: string) => Rendered;

/** The template type that a text's first line names, in lower case; undefined if it names none (templater.py). */
export function templateKind(text: string): string | undefined {
  const first = text.slice(0, 1_000).split("\n", 1)[0]!;
  return /^##\s*template:(.*)/i.exec(first)?.[1]?.trim().toLowerCase();
}
