import { CLOUD_CFG, CLOUD_CFG_D } from "../../config/read.ts";
import { unquoted } from "../../distro/dsIdentify.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { type Image, readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";

/** The rest of the last line that seems to set datasource_list. */
const FORMS: readonly { readonly since: string; readonly line: RegExp; readonly trims: boolean }[] = [
  { since: "24.2", line: /datasource_list["']*\s*:(.*)$/s, trims: true },
  { since: "23.4", line: /datasource_list"?: (.*)$/s, trims: false },
  { since: "0", line: /^\s*datasource_list:(?: (.*))?$/s, trims: false },
];

/** The number of characters of a line that are read. */
const LONGEST_LINE = 4096;

/** The datasources that ds-identify takes from a line of the configuration. */
export interface DsIdentifyList {
  readonly names: readonly string[];
  readonly origin: Origin;
}

/**
 * The datasource_list that ds-identify takes from an image's configuration, which it reads line by line: the last line
 * counts, in any file and at any depth. Undefined if it finds none and uses all that it knows
 * (tools/ds-identify, 20.4 to 26.2).
 */
export function dsIdentifyList(image: Image, version: string): DsIdentifyList | undefined {
  const { line, trims } = FORMS.find(({ since }) => versionAtLeast(version, since))!;
  const dropIns = image.list(CLOUD_CFG_D).filter((name) => name.endsWith(".cfg") && !name.startsWith("."));
  let found: { value: string; origin: Origin } | undefined;
  for (const path of [CLOUD_CFG, ...dropIns.map((name) => `${CLOUD_CFG_D}/${name}`)])
    for (const [index, text] of (readText(image, path) ?? "").split("\n").entries()) {
      const match = line.exec(withoutComment(text.slice(0, LONGEST_LINE), version));
      if (match === null) continue;
      const origin = { path, line: index + 1, column: text.search(/\S/) + 1 };
      found = { value: match[1] ?? "", origin };
    }
  if (found === undefined) return undefined;
  const whole = trims ? found.value.trim() : found.value.replace(/^ /, "");
  const items = whole.replace(/^\[/, "").replace(/\]$/, "").split(",");
  const names = items.map((name) => unquoted(name.trim())).filter((name) => name !== "");
  return names.length === 0 ? undefined : { names, origin: found.origin };
}

/** Before 23.4 white space at the end of a line goes before the comment does. */
function withoutComment(line: string, version: string): string {
  const text = versionAtLeast(version, "23.4") ? line : line.replace(/(?<![ \t])[ \t]+$/, "");
  return text.split("#", 1)[0]!;
}
