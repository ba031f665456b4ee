import { CLOUD_CFG } from "../../../config/read.ts";
import { hostKeys } from "../../../services/hostKeys.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import { isUnsure, leftover } from "./leftover.ts";

/** Finds private host keys that every instance of the image keeps. */
export function sshHostKeysShared(rule: Rule, context: CheckContext): Finding[] {
  const { image, booted } = context;
  if (isUnsure(context)) return [];
  const changed = new Set(booted.changes.map(({ path }) => path));
  const { before, after } = context.settings(hostKeys);
  const kept = before.filter(
    ({ key, value }) =>
      /\/ssh_host_\w+_key$/.test(key) &&
      /^-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(image.read(key)?.toString("latin1", 0, 80) ?? "") &&
      !changed.has(image.realpath(key) ?? key) &&
      after.some((other) => other.key === key && other.value === value),
  );
  if (kept.length === 0) return [];
  const module = booted.modules.find(({ name }) => name === "ssh");
  const cause = booted.config.origin("ssh_deletekeys") ?? module?.origin ?? { path: CLOUD_CFG, line: 1, column: 1 };
  const paths = shortList(kept.map(({ key }) => key));
  const message = `All instances of this image have the same host keys: cloud-init keeps ${paths}.`;
  return [leftover(rule, context, { message, cause, evidence: `${kept[0]!.key} is in the image` })];
}
