import { templateKind } from "../../../config/rendering.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { originOf } from "../../../python/tree.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

/** Keys that cloud-init needs before the instance is known, and therefore before it can render templates. */
const EARLY = ["datasource", "datasource_list", "manual_cache_clean", "network", "system_info"];

/** Finds Jinja in files that cloud-init reads before it can render them, or that its version does not render (util.read_conf). */
export function templateReadTooEarly(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const version = versionOf(context);
  if (version === undefined) return [];
  const templates = booted.base.files.filter(
    ({ path }) => templateKind(image.read(path)?.toString("utf8") ?? "") === "jinja",
  );
  if (!versionAtLeast(version, "22.4"))
    return atMost(templates, ({ path }) =>
      about(rule, context, {
        message: `cloud-init ${version} does not render ${path}: it supports Jinja in files of the image since 22.4.`,
        cause: { path, line: 1, column: 1 },
      }),
    );
  const early = templates.flatMap(({ root }) => root.children.filter(({ key }) => EARLY.includes(String(key.value))));
  return atMost(early, (pair) =>
    about(rule, context, {
      message: `${pair.key.value} has no effect or is read unrendered: cloud-init needs it before it can render ${pair.path}, a Jinja template.`,
      cause: originOf(pair),
    }),
  );
}
