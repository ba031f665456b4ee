import { readText } from "../../../image/image.ts";
import { originOf } from "../../../python/tree.ts";
import { toValue } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** Finds a syslog_fix_perms without any entry whose user and group exist in the image (stages.py, 18.5 to 26.2). */
export function logOwnerMissing(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const pair = booted.config.pair("syslog_fix_perms");
  if (pair === undefined || !isOwn(context, pair.path)) return [];
  const value = toValue(pair.value);
  const owners = (Array.isArray(value) ? value : [value]).filter((owner) => typeof owner === "string");
  const [users, groups] = [names(readText(image, "/etc/passwd")), names(readText(image, "/etc/group"))];
  if (owners.length === 0 || users.size === 0 || groups.size === 0) return [];
  const isThere = (owner: string) => {
    const [user = "", group = ""] = owner.split(":", 2).map((name) => name.trim());
    const has = (all: ReadonlySet<string>, name: string) => /^(|-1|none)$/i.test(name) || all.has(name);
    return has(users, user) && has(groups, group);
  };
  if (owners.some(isThere)) return [];
  const message = `syslog_fix_perms has no effect: the log's owner ${owners.join(" or ")} does not exist in the image. cloud-init logs a warning and does not change the owner.`;
  return [about(rule, context, { message, cause: originOf(pair) })];
}

/** The names of a file such as /etc/passwd. */
function names(text = ""): ReadonlySet<string> {
  return new Set(text.split("\n").flatMap((line) => /^([^:#]+):/.exec(line)?.[1] ?? []));
}
