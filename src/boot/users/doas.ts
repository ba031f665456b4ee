import { defineChange } from "../../distro/library/change.ts";
import type { Origin } from "../../image/origin.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { appendBlock } from "./sudoers.ts";

/** Since 23.3, and earlier in the packages of Alpine. */
export const KNOWS_DOAS = defineChange({
  name: "rules for doas",
  file: "distros/__init__.py",
  since: "23.3",
  made: /def write_doas_rules\(/,
  beside: /def write_sudo_rules\(/,
});

/** A rule of doas.conf(5) that Distro.is_doas_rule_valid accepts (23.3 to 26.2); the group is the user. */
const RULE =
  /^(?:permit|deny)(?:\s+(?:nolog|nopass|persist|keepenv|setenv \{[^}]+\}))*\s+(\w+)(?:\s+as\s+\w+)?(?:\s+cmd\s+\S+(?:\s+args\s+\S.*)?)?\s*$/s;

/** Writes a user's rules for doas: all of them or, if one is not about the user, none (23.3 to 26.2). */
export function writeDoasRules(boot: ModuleRun, user: string, rules: ConfigNode, because: Origin): void {
  // A string counts as a list of its letters, none of which is a rule.
  const list = rules.type === "sequence" ? rules.children.map((rule) => pyStr(rule)) : [""];
  if (!list.every((rule) => RULE.exec(rule)?.[1] === user)) {
    boot.note("doas-rules-invalid", { user }, because);
    return;
  }
  const block = `\n# cloud-init User rules for ${user}\n${list.map((rule) => `${rule}\n`).join("")}`;
  appendBlock(boot, "/etc/doas.conf", block, true, because);
}
