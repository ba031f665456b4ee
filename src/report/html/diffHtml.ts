import { escapeLine } from "../escape.ts";
import { counted, type Html, html } from "./html.ts";

/** The lines of a diff that are shown. */
const MAX_LINES = 400;

/** The lines of a unified diff; null if there are none. */
export function diffHtml(lines: readonly string[]): Html | null {
  if (lines.length === 0) return null;
  const more = lines.length - MAX_LINES;
  return html`<pre class="diff">${lines.slice(0, MAX_LINES).map(lineHtml)}${
    more > 0
      ? html`<span class="at">… ${counted(more, "more line")}; cloud-init-lint plan -f json has them all</span>`
      : null
  }</pre>`;
}

function lineHtml(line: string): Html {
  const text = escapeLine(line);
  if (line.startsWith("+")) return html`<ins>${text}</ins>`;
  if (line.startsWith("-")) return html`<del>${text}</del>`;
  return line.startsWith(" ") ? html`<span>${text}</span>` : html`<span class="at">${text}</span>`;
}
