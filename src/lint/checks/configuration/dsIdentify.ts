import { CLOUD_CFG, CLOUD_CFG_D } from "../../../config/read.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { type Image, readText } from "../../../image/image.ts";

/** What stands on the last line that seems to set datasource_list. */
const FORMS: readonly { readonly since: string; readonly line: RegExp; readonly trims: boolean }[] = [
  { since: "24.2", line: /datasource_list["']*\s*:(.*)$/s, trims: true },
  { since: "23.4", line: /datasource_list"?: (.*)$/s, trims: false },
  { since: "0", line: /^\s*datasource_list:(?: (.*))?$/s, trims: false },
];

/**
 * The datasource_list that ds-identify takes from an image's configuration, which it reads line by line: the last line
 * counts, in whatever file and however deep it stands. Empty where it finds none and takes all that it knows
 * (tools/ds-identify, 20.4 to 26.2).
 */
export function dsIdentifyList(image: Image, version: string): readonly string[] {
  const { line, trims } = FORMS.find(({ since }) => versionAtLeast(version, since))!;
  const dropIns = image.list(CLOUD_CFG_D).filter((name) => name.endsWith(".cfg") && !name.startsWith("."));
  let value = "";
  for (const path of [CLOUD_CFG, ...dropIns.map((name) => `${CLOUD_CFG_D}/${name}`)])
    for (const text of (readText(image, path) ?? "").split("\n")) {
      const match = line.exec(withoutComment(text, version));
      if (match !== null) value = match[1] ?? "";
    }
  const whole = trims ? value.trim() : value.replace(/^ /, "");
  const names = whole.replace(/^\[/, "").replace(/\]$/, "").split(",");
  return names.map((name) => unquoted(name.trim())).filter((name) => name !== "");
}

/** Before 23.4 white space at the end of a line goes before the comment does. */
function withoutComment(line: string, version: string): string {
  const text = versionAtLeast(version, "23.4") ? line : line.replace(/(?<![ \t])[ \t]+$/, "");
  return text.split("#", 1)[0]!;
}

function unquoted(name: string): string {
  return /^(".*"|'.*')$/s.test(name) && name.length > 1 ? name.slice(1, -1) : name;
}
