import { text } from "../../../python/checked.ts";
import { raisingAt } from "../../../python/errors.ts";
import type { ConfigObject } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/**
 * The part of rsyslog's configuration that sends messages to the hosts of `rsyslog.remotes` (cc_rsyslog, 18.5 to 26.2).
 * Invalid hosts are omitted. @throws Raises for one that is not a string
 */
export function remotesText(boot: ModuleRun, remotes: ConfigObject): string {
  const lines = Object.entries(remotes).flatMap(([name, remote]) => {
    if (!truthy(remote)) return [];
    const because = boot.because("rsyslog", "remotes", name);
    const host = raisingAt(because, () => text(remote, `rsyslog.remotes.${name}`));
    const line = remoteLine(host, name);
    if (line === undefined) boot.note("rsyslog-host-invalid", { name, host }, because);
    return line ?? [];
  });
  return ["# begin remotes", ...lines, "# end remotes", ""].join("\n");
}

/** `filter @@host:port # name` of `filter @@host:port # comment`, every part but the host optional. */
function remoteLine(remote: string, name: string): string | undefined {
  const [data, comment, ...more] = remote.split(/#+/).map((part, index) => withoutSpaces(part, index > 0));
  // The line is parsed only if there is exactly one comment.
  const spec = comment === undefined || more.length > 0 ? remote : data!;
  const words = spec.trim().split(/\s+/);
  if (words.length > 2) return undefined;
  const [filter, host] = words.length === 2 ? [words[0]!, words[1]!] : ["*.*", spec];
  const match = /^(@{0,2})(?:\[([^\]]*)\]|([^:]*))(?::([0-9]+))?\n?$/.exec(host);
  const address = match?.[3] || match?.[2];
  if (match === null || address === undefined || address === "") return undefined;
  if (address.startsWith("[") && !address.endsWith("]")) return undefined;
  const protocol = match[1] === "@@" ? "@@" : "@";
  const port = (match[4] ?? "").replace(/^0+/, "");
  const title = name || (more.length > 0 ? "" : (comment ?? "").trim());
  return `${filter} ${protocol}${address.includes(":") ? `[${address}]` : address}${port && `:${port}`}${title && ` # ${title}`}`;
}

/** Without the spaces around the `#` before and behind it. */
function withoutSpaces(part: string, follows: boolean): string {
  let [start, end] = [0, part.length];
  while (follows && part[start] === " ") start++;
  while (end > start && part[end - 1] === " ") end--;
  return part.slice(start, end);
}
