import { Config } from "../../../config/config.ts";
import { originOf } from "../../../python/tree.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** Keys with which an image protects what it holds. */
const GUARDS = [
  "allow_public_ssh_keys",
  "apt",
  "cloud_config_modules",
  "cloud_final_modules",
  "cloud_init_modules",
  "disable_root",
  "manage_etc_hosts",
  "preserve_hostname",
  "ssh_deletekeys",
  "ssh_pwauth",
];

/** Says that user-data and vendor-data win over what the image's files protect, unless allow_userdata forbids it (19.3). */
export function userDataCanOverride(rule: Rule, context: CheckContext): Finding[] {
  const { boot } = context;
  if (!new Config(boot.base.root).bool("allow_userdata", true)) return [];
  const guards = boot.base.root.children.filter(
    ({ key, path }) => GUARDS.includes(String(key.value)) && path.startsWith("/") && isOwn(context, path),
  );
  const [first] = guards;
  if (first === undefined) return [];
  const names = guards.map(({ key }) => key.value).join(", ");
  const message = `What a launch hands over as user-data or vendor-data wins over the image's files: it can change ${names}.`;
  return [about(rule, context, { message, cause: originOf(first), confidence: "possible" })];
}
