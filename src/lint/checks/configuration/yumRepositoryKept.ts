import { repositoryPath } from "../../../boot/modules/yumAddRepo.ts";
import { isCalled } from "../../../boot/outcome.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

const MODULE = "yum_add_repo";

/** Finds entries of yum_repos that have no effect because their file exists in the image (cc_yum_add_repo, 18.5 to 26.2). */
export function yumRepositoryKept(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const version = versionOf(context);
  const repositories = booted.config.node("yum_repos");
  if (version === undefined || repositories?.type !== "mapping") return [];
  if (!booted.modules.some((module) => module.name === MODULE && isCalled(module))) return [];
  const since = (wanted: string) => versionAtLeast(version, wanted);
  return atMost(repositories.children, (pair) => {
    const path = repositoryPath(booted.config, since, pyStr(pair.key));
    if (image.stat(path) === undefined) return undefined;
    const message = `yum_repos.${pyStr(pair.key)} has no effect: ${path} exists in the image, and cloud-init never changes an existing repository file.`;
    return about(rule, context, { message, cause: originOf(pair), module: MODULE });
  });
}
