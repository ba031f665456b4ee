import { datasourceNamed } from "../../config/datasources.ts";
import type { Origin } from "../../config/tree.ts";
import { commandLineParts } from "../../distro/kernelCommandLine.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { type Image, readText } from "../../image/image.ts";

/** The datasources that cloud-init of an image looks for, and the line that says so. */
export interface DatasourceList {
  readonly names: readonly string[];
  readonly origin: Origin;
}

/** A line is looked at up to here, in characters. */
const LONGEST_LINE = 4096;

/**
 * The datasources that an image asks for, as ds-identify reads them before cloud-init starts (20.4 to 26.2): what it
 * finds goes into /run/cloud-init/cloud.cfg, which beats every file. Undefined where the built-in list holds.
 */
export function listedDatasources(image: Image, version: string): DatasourceList | undefined {
  return fromCommandLine(image, version) ?? fromOwnConfig(image) ?? fromCloudConfig(image, version);
}

/** The one datasource of a list: [X] or [X, None]. The machine is not asked then what it is. */
export function pinnedDatasource(list: DatasourceList | undefined): string | undefined {
  const [name, second, ...more] = list?.names ?? [];
  return name !== undefined && (second === undefined || second === "None") && more.length === 0 ? name : undefined;
}

/** ci.ds= and ci.datasource=, since 23.2 ds= as well; before that ds=nocloud names a seed, which decides as much. */
function fromCommandLine(image: Image, version: string): DatasourceList | undefined {
  let found: DatasourceList | undefined;
  for (const { text, path, line } of commandLineParts(image))
    for (const word of text.split(/\s+/)) {
      const [, key, value = ""] = /^(ds|ci\.ds|ci\.datasource)=([^;]*)/.exec(word) ?? [];
      const counts = key !== undefined && (key !== "ds" || versionAtLeast(version, "23.2") || value === "nocloud");
      const name = counts ? knownName(value, version) : undefined;
      if (name !== undefined) found = { names: [name], origin: { path, line, column: 1 } };
    }
  return found;
}

/** A seed of NoCloud on the command line is understood by all versions, other names only as they are before 23.2. */
function knownName(value: string, version: string): string | undefined {
  const name = datasourceNamed(value);
  return name === value || value === "nocloud" || versionAtLeast(version, "23.2") ? name : undefined;
}

/** `datasource` in ds-identify's own file. */
function fromOwnConfig(image: Image): DatasourceList | undefined {
  const path = "/etc/cloud/ds-identify.cfg";
  const lines = textLines(image, path);
  const index = lines.findLastIndex((line) => /^\s*datasource\s*:\s*\S/.test(line));
  if (index === -1) return undefined;
  const name = datasourceNamed(unquoted(lines[index]!.slice(lines[index]!.indexOf(":") + 1)));
  return name === undefined ? undefined : { names: [name], origin: { path, line: index + 1, column: 1 } };
}

/**
 * The last line of cloud.cfg and cloud.cfg.d that looks like `datasource_list: [...]`, wherever it stands. A list over
 * several lines is not seen.
 */
function fromCloudConfig(image: Image, version: string): DatasourceList | undefined {
  const directory = "/etc/cloud/cloud.cfg.d";
  const dropIns = image.list(directory).filter((name) => name.endsWith(".cfg"));
  // Since 24.2 the key may be in quotes and blanks may follow it.
  const key = versionAtLeast(version, "24.2") ? /^["']?datasource_list["']?\s*:(.*)$/ : /^datasource_list:(?:$| (.*)$)/;
  let found: DatasourceList | undefined;
  for (const path of ["/etc/cloud/cloud.cfg", ...dropIns.map((name) => `${directory}/${name}`)])
    for (const [index, line] of textLines(image, path).entries()) {
      const value = line.includes("datasource_list") ? key.exec(line.trim()) : null;
      if (value === null) continue;
      const inner = (value[1] ?? "").trim().replace(/^\[/, "").replace(/\]$/, "");
      const names = inner.split(",").flatMap((item) => unquoted(item) || []);
      found = { names, origin: { path, line: index + 1, column: line.search(/\S/) + 1 } };
    }
  return found === undefined || found.names.length === 0 ? undefined : found;
}

/** A file's lines without comments. */
function textLines(image: Image, path: string): string[] {
  const lines = (readText(image, path) ?? "").split("\n");
  return lines.map((line) => line.slice(0, LONGEST_LINE).replace(/#.*$/, ""));
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}
