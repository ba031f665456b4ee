import type { TemplateProblem } from "./problems.ts";

/** What a template gives, or why it gives nothing: wrong syntax, an error while it runs, or more than can be told. */
export type Rendered =
  | { readonly text: string }
  | { readonly problem: TemplateProblem; readonly cause: "syntax" | "error" | "unknown" };

/** Renders a text whose first line is the header of a Jinja template; the header is left out. */
export type Render = (template: string) => Rendered;

/** The kind of template that a text's first line names, in lower case; undefined where it names none (templater.py). */
export function templateKind(text: string): string | undefined {
  const first = text.slice(0, 1_000).split("\n", 1)[0]!;
  return /^##\s*template:(.*)/i.exec(first)?.[1]?.trim().toLowerCase();
}
