import * as form from "../../config/schema/forms.ts";
import { mapping } from "../../python/checked.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { truthy } from "../../python/value.ts";
import { Failure } from "../failure.ts";
import { renderFile, templateFile } from "../files/imageTemplates.ts";
import { defineModule } from "../module.ts";
import { distrosBy, NEW_SUSE } from "./distroNames.ts";

/** Families whose name servers systemd-resolved manages, by the first version that does so. */
const RESOLVED: Readonly<Record<string, string>> = {
  aosc: "24.3",
  azurelinux: "24.2",
  mariner: "22.4",
  photon: "21.3",
};

/** cc_resolv_conf: name servers from a template (18.5 to 26.2). */
export const resolvConf = defineModule({
  name: "resolv_conf",
  frequency: "once-per-instance",
  distros: distrosBy([
    ["0", "fedora", "opensuse", "rhel", "sles"],
    ["20.3", "alpine"],
    ["21.3", "photon"],
    ["22.4", "mariner"],
    ["23.1", ...NEW_SUSE],
    ["23.3", "openeuler"],
    ["24.2", "azurelinux"],
  ]),
  activatedBy: ["manage_resolv_conf"],
  keys: {
    manage_resolv_conf: form.flag,
    resolv_conf: form.keys({
      domain: form.text,
      nameservers: form.list(form.any),
      options: form.openKeys({}),
      searchdomains: form.list(form.any),
      sortlist: form.list(form.any),
    }),
  },
  run(boot) {
    if (!boot.config.bool("manage_resolv_conf", false)) return;
    if (!boot.config.has("resolv_conf")) {
      boot.note("resolv-conf-missing", {}, boot.because("manage_resolv_conf"));
      return;
    }
    const since = RESOLVED[boot.facts.family];
    const resolved = since !== undefined && boot.since(since);
    const template = templateFile(boot, resolved ? "systemd.resolved.conf" : "resolv.conf");
    if (template === undefined) throw missingTemplate(resolved ? "systemd.resolved.conf" : "resolv.conf");
    const variables = parameters(mapping(boot.config.get("resolv_conf"), "resolv_conf"));
    const path = resolved ? "/etc/systemd/resolved.conf" : "/etc/resolv.conf";
    boot.write(path, renderFile(boot, template, variables), boot.because("resolv_conf"));
  },
});

function missingTemplate(template: string): Failure {
  return new Failure({ code: "template-missing", template }, `the template ${template} does not exist`);
}

/** Options that are true become flags, those that are false are omitted. */
function parameters(given: ConfigObject): ConfigObject {
  if (given.options === undefined) return { ...given, options: {}, flags: [] };
  const entries = Object.entries(mapping(given.options, "resolv_conf.options"));
  const options: ConfigObject = Object.create(null);
  for (const [key, value] of entries) if (typeof value !== "boolean") options[key] = value;
  const flags = entries.filter(([, value]) => value === true).map(([key]) => key);
  return { ...given, options: truthy(options) ? options : {}, flags };
}
