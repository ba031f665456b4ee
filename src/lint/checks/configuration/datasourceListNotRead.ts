import { isDeepStrictEqual } from "node:util";
import { dsIdentifyList } from "../../../boot/cloud/dsIdentifyList.ts";
import { writesDatasourceList } from "../../../distro/dsIdentify.ts";
import { commandLineParts } from "../../../distro/kernelCommandLine.ts";
import { originOf } from "../../../python/tree.ts";
import { toValue } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { isInstallers } from "../leftovers/installers.ts";
import { about, isOwn } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

/** Where distributions install ds-identify, the script that looks for a datasource before cloud-init starts. */
const DS_IDENTIFY = ["/usr/lib/cloud-init/ds-identify", "/usr/libexec/cloud-init/ds-identify"];

/** Finds a datasource_list that ds-identify, which reads single lines, misreads. */
export function datasourceListNotRead(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const version = versionOf(context);
  const pair = booted.base.root.children.find(({ key }) => key.value === "datasource_list");
  if (version === undefined || pair?.value.type !== "sequence" || !isOwn(context, pair.path)) return [];
  // If ds-identify writes no list, its reading has no effect.
  if (!writesDatasourceList(image, commandLineParts(image))) return [];
  const names = toValue(pair.value);
  const taken = dsIdentifyList(image, version)?.names ?? [];
  if (isDeepStrictEqual(names, taken)) return [];
  // Without the installer's own ds-identify.cfg the machine uses what its cloud provides, as an image should.
  if (isInstallers(pair.path) && isDeepStrictEqual(names, ["None"])) return [];
  const has = DS_IDENTIFY.some((path) => image.lstat(path) !== undefined);
  const what =
    taken.length === 0
      ? "ignores this datasource_list and looks for every datasource it knows"
      : `reads this datasource_list as "${taken.join(", ").slice(0, 200)}"`;
  const message = `ds-identify ${what}, since it reads only lists on one line: cloud-init may start with a wrong datasource, or not at all.`;
  const prove = () =>
    Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string")
      ? context.fix(rule, originOf(pair), { names: names.join(", ") }, (after) =>
          isDeepStrictEqual(dsIdentifyList(after, version)?.names, names),
        )
      : null;
  return [about(rule, context, { message, cause: originOf(pair), confidence: has ? "certain" : "likely", prove })];
}
