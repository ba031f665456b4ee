import type { Origin } from "../../../image/origin.ts";
import type { ModuleRun } from "../../moduleRun.ts";

const PATH = "/etc/NetworkManager/NetworkManager.conf";
const PLUGIN = "ifcfg-rh";

interface Assignment {
  readonly key: string;
  readonly values: readonly string[];
  readonly isList: boolean;
}

/** Adds the plugin that reads ifcfg files to those of NetworkManager's [main], if there is one (19.1 to 22.1). */
export function enableIfcfgPlugin(boot: ModuleRun, because: Origin): void {
  const text = boot.text(PATH);
  if (text === undefined) return;
  const result = withPlugin(text);
  if (result === undefined)
    boot.mayChange(PATH, `cloud-init adds the plugin ${PLUGIN}, in a form that is not simulated`, because);
  else if (result !== text) boot.rewrite(PATH, result, because);
}

/**
 * The text as cloud-init's ConfigObj writes it; undefined if it holds more than sections, plain values and comments.
 */
function withPlugin(text: string): string | undefined {
  if (!/^[\n\x20-\x7e]*$/.test(text)) return undefined;
  const lines: string[] = [];
  const seen = new Set<string>();
  let comments: string[] = [];
  let section = "";
  let endOfMain: number | undefined;
  let plugins: (Assignment & { readonly at: number }) | undefined;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (/^ *(#|$)/.test(line)) {
      comments.push(line);
      continue;
    }
    const header = /^\[([\w.:-]+)\]$/.exec(line)?.[1];
    const assignment = header === undefined ? parse(line) : undefined;
    const name = header ?? (assignment && `${section}\n${assignment.key}`);
    if (name === undefined || seen.has(name)) return undefined;
    seen.add(name);
    // Only the comments at the start and at the end keep their indentation.
    for (const one of lines.length === 0 ? comments : comments.map((comment) => comment.trimStart())) lines.push(one);
    comments = [];
    if (header !== undefined) section = header;
    else if (section === "main" && assignment?.key === "plugins") plugins = { ...assignment, at: lines.length };
    lines.push(assignment === undefined ? line : format(assignment));
    if (section === "main") endOfMain = lines.length;
  }
  if (endOfMain === undefined) return text;
  const known = plugins?.values ?? [];
  if (plugins?.isList === false ? known[0]?.includes(PLUGIN) : known.includes(PLUGIN)) return text;
  const line = format({ key: "plugins", values: [...known, PLUGIN], isList: true });
  if (plugins === undefined) lines.splice(endOfMain, 0, line);
  else lines[plugins.at] = line;
  const result = [...lines, ...comments].join("\n");
  return result.endsWith("\n") ? result : `${result}\n`;
}

function parse(line: string): Assignment | undefined {
  const match = /^([\w.-]+)\s{0,99}=\s{0,99}([^\s"'#%$,][^"'#%$]*)?$/.exec(line);
  if (match?.[1] === undefined) return undefined;
  const text = (match[2] ?? "").trimEnd();
  const values = text.split(",").map((value) => value.trim());
  const isList = values.length > 1;
  if (isList && values.at(-1) === "") values.pop();
  return isList && values.includes("") ? undefined : { key: match[1], values, isList };
}

function format({ key, values, isList }: Assignment): string {
  const text = values.map((value) => (value === "" ? '""' : value)).join(", ");
  return `${key} = ${text}${isList && values.length === 1 ? "," : ""}`;
}
