import { isDeepStrictEqual } from "node:util";
import { originOf } from "../../../config/tree.ts";
import { toValue } from "../../../config/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rule.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** Where distributions put ds-identify, the script that looks for a datasource before cloud-init is started. */
const DS_IDENTIFY = ["/usr/lib/cloud-init/ds-identify", "/usr/libexec/cloud-init/ds-identify"];

/** Finds a datasource_list on several lines: ds-identify reads lines, and takes its own list (tools/ds-identify, 20.4 to 26.2). */
export function datasourceListNotRead(rule: Rule, context: CheckContext): Finding[] {
  const { boot, image } = context;
  const pair = boot.base.root.children.find(({ key }) => key.value === "datasource_list");
  if (pair?.value.type !== "sequence" || !isOwn(context, pair.path)) return [];
  const line =
    image
      .read(pair.path)
      ?.toString("utf8")
      .split(/\r\n|\r|\n/)[pair.position.start.line - 1] ?? "";
  if (/datasource_list["']?[ \t]*:[ \t]*\[[^\]]*\]/.test(line)) return [];
  const has = DS_IDENTIFY.some((path) => image.lstat(path) !== undefined);
  const names = toValue(pair.value);
  const message =
    "ds-identify does not see this datasource_list, since it reads only lists on one line: it looks for every datasource it knows, and may start cloud-init where it should not, or not at all.";
  return [
    about(rule, context, {
      message,
      cause: originOf(pair),
      confidence: has ? "certain" : "likely",
      prove: () =>
        Array.isArray(names) && names.every((name) => typeof name === "string")
          ? context.fix(rule, { names: names.join(", ") }, (_after, { base }) => {
              const now = base.root.children.find(({ key }) => key.value === "datasource_list");
              return now !== undefined && isDeepStrictEqual(toValue(now.value), names);
            })
          : null,
    }),
  ];
}
