import { isCalled } from "../../boot/outcome.ts";
import { isTrue } from "../../config/options.ts";
import { classFacts } from "../../distro/classes.ts";
import { ASSUMED_VERSION } from "../../distro/version.ts";
import { pyStr } from "../../python/value.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { atMost, type CheckContext } from "./check.ts";
import { about, isOwn } from "./configuration/about.ts";

const TEMPLATES = "/etc/cloud/templates";
const MODULE = "update_etc_hosts";

/** Finds customised templates of /etc/hosts other than the one that is rendered (cc_update_etc_hosts, 18.5 to 26.2). */
export function hostsTemplateNotUsed(rule: Rule, context: CheckContext): Finding[] {
  const { booted, distro, image } = context;
  const manage = booted.config.text("manage_etc_hosts") ?? "";
  if (!isTrue(manage) && manage.trim().toLowerCase() !== "template") return [];
  if (!booted.modules.some((module) => module.name === MODULE && isCalled(module))) return [];
  const configured = booted.config.node("system_info", "distro");
  const name = configured === undefined ? "ubuntu" : pyStr(configured);
  const family = classFacts(image, distro.cloudInit, name, distro.cloudInit.version || ASSUMED_VERSION)?.family;
  const used = `hosts.${family}.tmpl`;
  const others = image.list(TEMPLATES).filter((file) => /^hosts(\.\w+)?\.tmpl$/.test(file) && file !== used);
  return atMost(others, (file) => {
    const path = `${TEMPLATES}/${file}`;
    // Packages bring the templates of all distributions, as an image without a package database cannot show.
    if (!isOwn(context, path) || context.evidence.ofFile(path)?.strength === "weak") return undefined;
    const message = `${path} has no effect: on ${name}, cloud-init renders /etc/hosts from ${TEMPLATES}/${used}.`;
    return about(rule, context, { message, cause: { path, line: 1, column: 1 }, module: MODULE });
  });
}
