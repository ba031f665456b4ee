import type { Origin } from "../../../image/origin.ts";
import type { CheckContext } from "../check.ts";
import { isOwn, launchPaths } from "../configuration/about.ts";

/**
 * Why a line concerns the reader: the launch supplies it, or somebody wrote or changed its file. undefined for what an
 * image contains anyway.
 */
export function ownEvidence(context: CheckContext, { path }: Origin): string | undefined {
  const known = asked.get(context) ?? new Map<string, string | undefined>();
  asked.set(context, known);
  if (!known.has(path)) known.set(path, evidenceOf(context, path));
  return known.get(path);
}

/** Many lines of the same file may fail. */
const asked = new WeakMap<CheckContext, Map<string, string | undefined>>();

function evidenceOf(context: CheckContext, path: string): string | undefined {
  if (launchPaths(context).has(path)) return `the launch supplies ${path}`;
  const evidence = path.startsWith("/") ? context.evidence.ofFile(path) : undefined;
  if (evidence === undefined) return undefined;
  const isConfiguration = path.startsWith("/etc/cloud/");
  return (isConfiguration ? isOwn(context, path) : evidence.strength !== "weak") ? evidence.text : undefined;
}
