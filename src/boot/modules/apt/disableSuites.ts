import { replaceUnknown } from "../../../image/unknown.ts";
import { items, text } from "../../../python/checked.ts";
import { Raises } from "../../../python/errors.ts";
import { splitLines } from "../../../python/strings.ts";
import type { ConfigValue } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import { renderText } from "../../files/imageTemplates.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { isDeb822 } from "./deb822.ts";

/** Words for suites of the release itself. */
const KNOWN: Readonly<Record<string, string>> = {
  updates: "$RELEASE-updates",
  backports: "$RELEASE-backports",
  security: "$RELEASE-security",
  proposed: "$RELEASE-proposed",
  release: "$RELEASE",
};

/** Turns the suites of `apt.disable_suites` into comments (20.4 to 26.2, in deb822 sources since 23.4). */
export function disableSuites(boot: ModuleRun, disabled: ConfigValue, sources: string, release: string): string {
  if (!truthy(disabled)) return sources;
  const suites = new Set<string>();
  for (const suite of items(disabled, "apt.disable_suites")) {
    const name = text(suite, "a suite of apt.disable_suites");
    suites.add(renderText(boot, Object.hasOwn(KNOWN, name) ? KNOWN[name]! : name, { RELEASE: release }));
  }
  return boot.since("23.4") && isDeb822(sources) ? inDeb822(suites, sources) : inList(suites, sources);
}

/** In the one-line format: the suite is the column after the URI. @throws Raises if a line has none */
function inList(suites: ReadonlySet<string>, sources: string): string {
  return linesOf(sources)
    .map((line) => {
      if (line.startsWith("#")) return line;
      // A placeholder is one column, although its reason contains spaces.
      const columns = replaceUnknown(line, () => "unknown")
        .split(/\s+/)
        .filter(Boolean);
      if (columns.length < 2) return line;
      const column = columns[1]!.startsWith("[")
        ? columns.findIndex((word, at) => at > 0 && word.endsWith("]")) + 2
        : 2;
      const suite = column === 1 ? undefined : columns[column];
      if (suite === undefined) throw new Raises(`the line "${line.trim()}" has no suite`);
      return suites.has(suite) ? `# suite disabled by cloud-init: ${line}` : line;
    })
    .join("");
}

/** The lines of a string, each with its line end. */
function linesOf(content: string): string[] {
  return (
    content.match(
      /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g,
    ) ?? []
  );
}

const REDACTED = "# cloud-init disable_suites redacted: ";

/** In deb822 format: a suite is removed from its line, and a stanza without suites becomes a comment. */
function inDeb822(suites: ReadonlySet<string>, sources: string): string {
  const parts: string[] = [];
  let stanza = "";
  const close = () => {
    if (stanza !== "") parts.push(withSuites(stanza));
    stanza = "";
  };
  for (const line of splitLines(sources)) {
    if (line.trim() === "") {
      close();
      parts.push(line);
    } else if (line.startsWith("#") && stanza === "") parts.push(line);
    else stanza += line.startsWith("Suites:") ? suitesLine(line, suites) : `${line}\n`;
  }
  close();
  return parts.join("\n");
}

function suitesLine(line: string, suites: ReadonlySet<string>): string {
  const [, ...former] = line.trim().split(/\s+/);
  const kept = former.filter((suite) => !suites.has(suite));
  return kept.length === former.length ? `${line}\n` : `${REDACTED}${line}\nSuites: ${kept.join(" ")}\n`;
}

/** A Suites line counts only if it is not the first. */
function withSuites(stanza: string): string {
  if (/\nSuites:[ \t]+[\p{L}\p{N}_-]/u.test(stanza)) return stanza;
  const whole = stanza.replace(/\nSuites:[^\n]*/g, "").replaceAll(REDACTED, "");
  const commented = linesOf(whole).map((line) => (line.trim() === "" ? line : `# disabled by cloud-init: ${line}`));
  return `## Entry disabled by cloud-init, due to disable_suites\n${commented.join("")}`;
}
