import { isCalled } from "../../../boot/outcome.ts";
import { findPair } from "../../../config/merge.ts";
import { type ConfigNode, originOf } from "../../../python/tree.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { about } from "./about.ts";

/** Finds a `network` that looks as if it disabled network configuration, and does not (stages.py, 20.4 to 26.2). */
export function networkNotDisabled(rule: Rule, context: CheckContext): Finding[] {
  const { booted } = context;
  const pair = booted.config.pair("network");
  const said = pair && offWord(pair.value);
  if (pair === undefined || said === undefined) return [];
  const message = `${said} does not disable the network configuration: cloud-init still configures the network. Write "network: {config: disabled}".`;
  const prove = () =>
    context.fix(rule, originOf(pair), {}, (_after, { modules }) =>
      modules.every((module) => module.name !== "network" || !isCalled(module)),
    );
  return [about(rule, context, { message, cause: originOf(pair), prove })];
}

/** Whether the configuration is one that network-not-disabled reports. */
export function isMeantAsDisabled({ booted }: CheckContext): boolean {
  const pair = booted.config.pair("network");
  return pair !== undefined && offWord(pair.value) !== undefined;
}

/** The part of a `network` value that is meant to disable it, and does not. */
function offWord(value: ConfigNode): string | undefined {
  if (value.type === "scalar") {
    if (value.kind === "null" || isOff(value)) return `"network: ${show(value)}"`;
    return undefined;
  }
  if (value.type !== "mapping") return undefined;
  if (value.children.length === 0) return '"network: {}"';
  const config = findPair(value, "config")?.value;
  if (config?.type === "scalar")
    return config.value === "disabled" || !isOff(config) ? undefined : `"network: {config: ${show(config)}}"`;
  const word = ["disabled", "disable", "enabled", "renderer"].find((key) => {
    const given = findPair(value, key)?.value;
    return given?.type === "scalar" && (isOff(given) || (key.startsWith("disable") && given.value === true));
  });
  return word === undefined ? undefined : `"network: {${word}: ...}"`;
}

function isOff(value: ConfigNode): boolean {
  return value.type === "scalar" && /^(disabled?|off|no|none|false|null)$/i.test(String(value.value).trim());
}

function show(value: ConfigNode): string {
  return value.type === "scalar" ? String(value.value) : "";
}
