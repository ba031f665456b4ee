import { Config } from "../../../config/config.ts";
import { originOf } from "../../../python/tree.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** Keys with which an image protects its settings. */
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

/** Reports that user-data and vendor-data can override what the image's files protect, unless allow_userdata forbids it (19.3). */
export function userDataCanOverride(rule: Rule, context: CheckContext): Finding[] {
  const { booted } = context;
  if (!new Config(booted.base.root).bool("allow_userdata", true)) return [];
  const guards = booted.base.root.children.filter(
    ({ key, path }) => GUARDS.includes(String(key.value)) && path.startsWith("/") && isOwn(context, path),
  );
  const [first] = guards;
  if (first === undefined) return [];
  const names = shortList(guards.map(({ key }) => String(key.value)));
  const message = `User-data and vendor-data of a launch override the image's files: they can change ${names}.`;
  return [about(rule, context, { message, cause: originOf(first), confidence: "possible" })];
}
