import { type Image, readText } from "../image/image.ts";
import type { CommandLine } from "./kernelCommandLine.ts";
import { openrcScript, startsDsIdentify } from "./openrc.ts";

/** ds-identify's own configuration file: `policy` and `datasource`. */
export const DS_IDENTIFY_CFG = "/etc/cloud/ds-identify.cfg";

/** A ds-identify mode and the place that sets it. */
export interface DsIdentifyMode {
  readonly mode: string;
  readonly path: string;
  readonly line?: number;
}

/** The number of characters of the file that are read. */
const LONGEST_FILE = 65_536;

/**
 * The mode in ds-identify's policy: ci.di.policy on the command line, or else `policy` in its file. Undefined if neither
 * is set; ds-identify then searches (tools/ds-identify, read_config and parse_policy, 20.4 to 26.2).
 */
export function dsIdentifyMode(image: Image, parts: readonly CommandLine[]): DsIdentifyMode | undefined {
  for (const { text, path, line } of parts.toReversed()) {
    const word = text.split(/\s+/).findLast((candidate) => candidate.startsWith("ci.di.policy="));
    if (word === undefined) continue;
    const mode = modeOf(word.slice("ci.di.policy=".length));
    return mode === undefined ? undefined : { mode, path, line };
  }
  const setting = dsIdentifySetting(image, "policy");
  const mode = setting && modeOf(setting.value);
  return mode === undefined ? undefined : { mode, path: DS_IDENTIFY_CFG, line: setting!.line };
}

/** The value of a key in ds-identify's file and its line, from 1; the last line that sets it counts. */
export function dsIdentifySetting(image: Image, key: string): { value: string; line: number } | undefined {
  const lines = (readText(image, DS_IDENTIFY_CFG) ?? "").slice(0, LONGEST_FILE).split("\n");
  const index = lines.findLastIndex((text) => text.replace(/:.*/s, "").trim() === key && text.includes(":"));
  if (index === -1) return undefined;
  const value = lines[index]!.replace(/#.*/s, "")
    .replace(/^[^:]*:/, "")
    .trim();
  return { value: unquoted(value), line: index + 1 };
}

/** A value without a pair of quotes around it (unquote of tools/ds-identify, 20.4 to 26.2). */
export function unquoted(value: string): string {
  return value.replace(/^(["'])(.*)\1$/s, "$2");
}

/**
 * Whether ds-identify's result becomes the datasource_list of the boot: it writes a list to /run only if it searches,
 * not if the policy is "enabled" or "report". With OpenRC it runs only if a runlevel starts its service.
 */
export function writesDatasourceList(image: Image, parts: readonly CommandLine[]): boolean {
  if (openrcScript(image) !== undefined && !startsDsIdentify(image)) return false;
  const mode = dsIdentifyMode(image, parts)?.mode;
  return mode !== "enabled" && mode !== "report";
}

/** The mode in a policy such as "search,found=all,maybe=none". */
function modeOf(policy: string): string | undefined {
  return policy.split(",").findLast((word) => ["enabled", "disabled", "search", "report"].includes(word));
}
