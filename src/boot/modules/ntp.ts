import { isFalse } from "../../config/options.ts";
import type { Since } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigObject, ConfigValue } from "../../python/tree.ts";
import { truthy } from "../../python/value.ts";
import { Failure } from "../failure.ts";
import { renderFile, renderText, templateFile } from "../files/imageTemplates.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { programs } from "../system/programs.ts";
import { serviceCommand } from "../system/serviceCommand.ts";
import { distrosBy, NEW_SUSE } from "./distroNames.ts";
import { ntpClient, preferredClients } from "./ntp/clients.ts";
import { ntpKeys } from "./ntp/schema.ts";

/** cc_ntp: a client's configuration from a template, the old one renamed (20.4 to 26.2). */
export const ntp = defineModule({
  name: "ntp",
  frequency: "once-per-instance",
  distros: supported,
  activatedBy: ["ntp"],
  needs: [
    ...programs("chronyd ntpd ntpdate"),
    "usr/lib/systemd/systemd-timesyncd",
    "lib/systemd/systemd-timesyncd",
    "usr/local/etc",
  ],
  keys: ntpKeys,
  run(boot) {
    if (!boot.config.has("ntp")) return;
    const given = boot.config.get("ntp") ?? null;
    const config = given === null ? {} : given;
    if (!isObject(config)) throw new Raises("ntp must be a mapping");
    if (isFalse(config.enabled ?? true)) return;
    const client = clientSettings(boot, config);
    const because = boot.because("ntp");
    const path = textOf(client.confpath);
    if (boot.image.stat(path) !== undefined) boot.rename(path, `${path}.dist`, because);
    const template = templateOf(boot, client, because);
    const content = rendered(boot, template, config, textOf(client.service_name));
    if (content !== undefined) boot.write(path, content, because);
    finish(boot, client);
  },
});

const distros = distrosBy([
  ["0", "centos", "debian", "fedora", "opensuse", "rhel", "sles", "ubuntu"],
  ["20.3", "alpine"],
  ["21.3", "almalinux", "eurolinux", "photon", "rocky", "virtuozzo"],
  ["21.4", "cloudlinux"],
  ["22.1", "miraclelinux"],
  ["22.3", "openmandriva"],
  ["22.4", "cos", "freebsd", "mariner", "openbsd"],
  ["23.1", "OpenCloudOS", "TencentOS", ...NEW_SUSE],
  ["24.2", "azurelinux"],
  ["24.3", "aosc"],
  ["25.2", "raspberry-pi-os"],
]);

function supported(since: Since): readonly string[] {
  const names = distros(since);
  return since("21.4") ? [...names, since("23.3") ? "openeuler" : "openEuler"] : names;
}

/** The chosen client with the changes of `ntp.config`. @throws Raises if the result is incomplete */
function clientSettings(boot: ModuleRun, config: ConfigObject): ConfigObject {
  const own = config.config ?? null;
  if (own !== null && !isObject(own)) throw new Raises("ntp.config must be a mapping", boot.because("ntp", "config"));
  const client: Record<string, unknown> = { ...chosenClient(boot, config), ...own };
  const settings = client as ConfigObject;
  const missing = ["check_exe", "confpath", "packages", "service_name"].filter((key) => settings[key] === undefined);
  if (missing.length > 0) {
    const wanted = boot.config.get("ntp", "ntp_client");
    const isUnknown = typeof wanted === "string" && chosenClient(boot, config) === undefined;
    const client = isUnknown ? `the client "${wanted}" is unknown, and ` : "";
    const because = boot.because("ntp", isUnknown ? "ntp_client" : "config");
    throw new Raises(`${client}ntp.config lacks ${missing.join(", ")}`, because);
  }
  if (!truthy(settings.template ?? null) && !truthy(settings.template_name ?? null))
    throw new Raises("ntp.config must have template or template_name", boot.because("ntp", "config"));
  for (const [key, value] of Object.entries(settings)) {
    const optional = (key === "template" || key === "template_name") && value === null;
    const right =
      key === "packages" ? Array.isArray(value) : typeof value === "string" && (key !== "confpath" || value !== "");
    if (!right && !optional)
      throw new Raises(`ntp.config.${key} has the wrong type`, boot.because("ntp", "config", key));
  }
  return settings;
}

/** The configured client, else the first of the preferred ones that is installed, else the first. */
function chosenClient(boot: ModuleRun, config: ConfigObject) {
  const system = boot.config.get("system_info", "ntp_client") ?? "auto";
  const wanted = [config.ntp_client, system].find((name) => truthy(name ?? null) && name !== "auto");
  if (wanted !== undefined) return typeof wanted === "string" ? ntpClient(boot, wanted) : undefined;
  const clients = preferredClients(boot).map((name) => ntpClient(boot, name));
  return clients.find((client) => client !== undefined && isInstalled(boot, client.check_exe)) ?? clients[0];
}

function isInstalled(boot: ModuleRun, program: string): boolean {
  if (!program.includes("/")) return boot.which(program);
  const stat = boot.image.stat(program);
  return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
}

/** A template's text, or the path of one. */
type Template = { readonly text: string } | { readonly path: string };

function templateOf(boot: ModuleRun, client: ConfigObject, because: Origin): Template {
  if (truthy(client.template ?? null)) return { text: textOf(client.template) };
  const name = textOf(client.template_name).replaceAll("{distro}", boot.facts.name);
  const path = templateFile(boot, name);
  if (path === undefined)
    throw new Failure({ code: "template-missing", template: name }, `the template ${name} does not exist`, because);
  return { path };
}

/** undefined if nothing is written. */
function rendered(boot: ModuleRun, template: Template, config: ConfigObject, service: string): string | undefined {
  const { name } = boot.facts;
  const listed = (key: string): ConfigValue => (truthy(config[key] ?? null) ? config[key]! : []);
  let [servers, pools] = [listed("servers"), listed("pools")];
  if (!truthy(servers) && !truthy(pools) && name === "cos" && boot.since("22.4")) return undefined;
  if (!truthy(servers) && name === "alpine" && service === "ntpd") servers = poolNames(boot);
  else if (!truthy(servers) && !truthy(pools)) pools = poolNames(boot);
  const more = boot.since("23.2") ? { allow: listed("allow"), peers: listed("peers") } : {};
  const variables = { servers, pools, ...more };
  return "path" in template ? renderFile(boot, template.path, variables) : renderText(boot, template.text, variables);
}

function poolNames(boot: ModuleRun): string[] {
  const { name } = boot.facts;
  const without = name === "alpine" || (name === "eurolinux" && boot.since("21.3"));
  const zone = without ? "" : `${name === "sles" ? "opensuse" : name}.`;
  return [0, 1, 2, 3].map((number) => `${number}.${zone}pool.ntp.org`);
}

/** Installs a missing client and restarts the service. */
function finish(boot: ModuleRun, client: ConfigObject): void {
  const packages = Array.isArray(client.packages) ? client.packages.map(String) : [];
  if (!isInstalled(boot, textOf(client.check_exe)) && packages.length > 0)
    boot.command(`${boot.facts.family === "debian" ? "apt-get " : ""}install ${packages.join(" ")}`);
  boot.command(serviceCommand(boot, "reload-or-restart", textOf(client.service_name)));
}

function isObject(value: ConfigValue): value is ConfigObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: ConfigValue | undefined): string {
  return typeof value === "string" ? value : "";
}
