import { isDeepStrictEqual } from "node:util";
import { dsIdentifyList } from "../../../boot/cloud/dsIdentifyList.ts";
import { writesDatasourceList } from "../../../distro/dsIdentify.ts";
import { commandLineParts } from "../../../distro/kernelCommandLine.ts";
import { originOf } from "../../../python/tree.ts";
import { toValue } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

/** Where distributions put ds-identify, the script that looks for a datasource before cloud-init is started. */
const DS_IDENTIFY = ["/usr/lib/cloud-init/ds-identify", "/usr/libexec/cloud-init/ds-identify"];

/** Finds a datasource_list of which ds-identify, which reads lines, takes something else. */
export function datasourceListNotRead(rule: Rule, context: CheckContext): Finding[] {
  const { boot, image } = context;
  const version = versionOf(context);
  const pair = boot.base.root.children.find(({ key }) => key.value === "datasource_list");
  if (version === undefined || pair?.value.type !== "sequence" || !isOwn(context, pair.path)) return [];
  // Where ds-identify writes no list, it matters to nobody what it takes.
  if (!writesDatasourceList(image, commandLineParts(image))) return [];
  const names = toValue(pair.value);
  const taken = dsIdentifyList(image, version)?.names ?? [];
  if (isDeepStrictEqual(names, taken)) return [];
  const has = DS_IDENTIFY.some((path) => image.lstat(path) !== undefined);
  const what =
    taken.length === 0
      ? "does not see this datasource_list and looks for every datasource it knows"
      : `takes "${taken.join(", ").slice(0, 200)}" for this datasource_list`;
  const message = `ds-identify, which reads only lists on one line, ${what}: it may start cloud-init where it should not, or not at all.`;
  const prove = () =>
    Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string")
      ? context.fix(rule, { names: names.join(", ") }, (after) =>
          isDeepStrictEqual(dsIdentifyList(after, version)?.names, names),
        )
      : null;
  return [about(rule, context, { message, cause: originOf(pair), confidence: has ? "certain" : "likely", prove })];
}
