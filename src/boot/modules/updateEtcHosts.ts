import { isTrue } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { Failure } from "../failure.ts";
import { renderFile, templateFile } from "../files/imageTemplates.ts";
import { header } from "../files/makeHeader.ts";
import { strictText } from "../files/strictText.ts";
import { hostNames } from "../hostname/hostname.ts";
import { hostnameKeys } from "../hostname/hostnameKeys.ts";
import { HostsFile } from "../hostname/hostsFile.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";

const HOSTS = "/etc/hosts";

/** cc_update_etc_hosts: /etc/hosts from a template, or only the line of the host itself (18.5 to 26.2). */
export const updateEtcHosts = defineModule({
  name: "update_etc_hosts",
  frequency: "always",
  distros: "all",
  activatedBy: ["manage_etc_hosts"],
  keys: {
    fqdn: hostnameKeys.fqdn,
    hostname: hostnameKeys.hostname,
    manage_etc_hosts: form.either(
      form.values(true, false, "localhost"),
      form.deprecated(form.values("template"), "22.3", "write true instead"),
    ),
  },
  run(boot) {
    const manage = boot.config.text("manage_etc_hosts") ?? "";
    const template = isTrue(manage) || manage.trim().toLowerCase() === "template";
    if (!template && manage !== "localhost") return;
    const { hostname, fqdn } = hostNames(boot);
    if (hostname === undefined || hostname === "") return;
    if (template) fromTemplate(boot, hostname, fqdn);
    else ownLine(boot, hostname, fqdn ?? "None");
  },
});

function fromTemplate(boot: ModuleRun, hostname: string, fqdn: string | undefined): void {
  const template = templateFile(boot, `hosts.${boot.facts.family}`);
  const because = boot.because("manage_etc_hosts");
  if (template === undefined) {
    const name = `hosts.${boot.facts.family}`;
    const message = `the template ${name} for ${HOSTS} does not exist`;
    throw new Failure({ code: "template-missing", template: name }, message, because);
  }
  const content = renderFile(boot, template, { hostname, fqdn: fqdn ?? null });
  boot.write(HOSTS, content, because);
}

/** Adds a line with both names unless one is there. */
function ownLine(boot: ModuleRun, hostname: string, fqdn: string): void {
  const text = strictText(boot, HOSTS);
  const hosts = new HostsFile(text ?? "");
  const address = boot.facts.hostsAddress;
  const names = hosts.namesOf(address);
  if (names.some(([name, ...aliases]) => name === fqdn && aliases.includes(hostname))) return;
  hosts.replace(address, [...names, [fqdn, hostname]], { forgetful: boot.since("26.2") });
  const top = text === undefined ? `${header(boot, "Added")}\n` : "";
  boot.write(HOSTS, `${top}${hosts}\n`, boot.because("manage_etc_hosts"));
}
