import { templateKind } from "../../../config/rendering.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { originOf } from "../../../python/tree.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

/** Keys that are needed before the instance is known, which is when templates can be rendered. */
const EARLY = ["datasource", "datasource_list", "manual_cache_clean", "network", "system_info"];

/** Finds Jinja in files that are read before they can be rendered, or that no version this old renders (util.read_conf). */
export function templateReadTooEarly(rule: Rule, context: CheckContext): Finding[] {
  const { boot, image } = context;
  const version = versionOf(context);
  if (version === undefined) return [];
  const templates = boot.base.files.filter(
    ({ path }) => templateKind(image.read(path)?.toString("utf8") ?? "") === "jinja",
  );
  if (!versionAtLeast(version, "22.4"))
    return atMost(templates, ({ path }) =>
      about(rule, context, {
        message: `cloud-init ${version} does not render ${path}: in the image's own files Jinja is read since 22.4.`,
        cause: { path, line: 1, column: 1 },
      }),
    );
  const early = templates.flatMap(({ root }) => root.children.filter(({ key }) => EARLY.includes(String(key.value))));
  return atMost(early, (pair) =>
    about(rule, context, {
      message: `${pair.key.value} is needed before the first boot can render ${pair.path}, a Jinja template: it is read as it stands, or not at all.`,
      cause: originOf(pair),
    }),
  );
}
