import { configBool } from "../../config/options.ts";
import { wholeUnknown } from "../../image/overlay.ts";
import { mapping } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { plainYaml } from "../files/yamlText.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { installCommand, lacksProgram, programs } from "../system/programs.ts";
import { writePuppetConf } from "./puppet/conf.ts";
import { puppetKeys } from "./puppet/schema.ts";

interface Places {
  readonly conf: string;
  readonly ssl: string;
  readonly attributes: string;
}

/** cc_puppet: installs Puppet's agent, merges its configuration and starts it (18.5 to 26.2). */
export const puppet = defineModule({
  name: "puppet",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["puppet"],
  needs: [...programs("puppet"), "opt/puppetlabs/bin"],
  keys: puppetKeys,
  run(boot) {
    if (!boot.config.has("puppet")) return;
    const config = mapping(boot.config.get("puppet"), "puppet");
    const bundled = boot.since("21.3") && config.install_type === "aio";
    const program = bundled ? "/opt/puppetlabs/bin/puppet" : "puppet";
    const absent = lacksProgram(boot, program);
    const installing = configBool(config.install, true);
    if (installing) boot.command(installation(boot, config, bundled));
    // Up to 21.2 cloud-init does not ask the program for its paths.
    if (absent && !installing && boot.since("21.3")) throw new Raises("puppet is not installed");
    const places = placesOf(boot, config, bundled);
    if (absent && installing) announce(boot, config, places, bundled);
    else configure(boot, config, places);
    start(boot, config, program);
  },
});

function installation(boot: ModuleRun, config: ConfigObject, bundled: boolean): string {
  if (bundled) return `puppet-install from ${pyStr(config.aio_install_url ?? "the URL of Puppet's agent")}`;
  const name = pyStr(config.package_name ?? (boot.since("23.1") ? "puppet-agent" : "puppet"));
  return installCommand(boot, [config.version === undefined ? name : `${name}=${pyStr(config.version)}`]);
}

/** The paths of Puppet's files: since 21.3 the program reports them; these are its packages' defaults. */
function placesOf(boot: ModuleRun, config: ConfigObject, bundled: boolean): Places {
  const labs = bundled || boot.image.stat("/etc/puppetlabs/puppet/puppet.conf") !== undefined;
  const directory = labs && boot.since("21.3") ? "/etc/puppetlabs/puppet" : "/etc/puppet";
  const given = (key: string, absent: string) => (config[key] === undefined ? absent : pyStr(config[key]));
  return {
    conf: given("conf_file", `${directory}/puppet.conf`),
    ssl: given("ssl_dir", labs ? `${directory}/ssl` : "/var/lib/puppet/ssl"),
    attributes: given("csr_attributes_path", `${directory}/csr_attributes.yaml`),
  };
}

/** What is configured once Puppet is installed, whose package keeps a file that exists. */
function announce(boot: ModuleRun, config: ConfigObject, places: Places, bundled: boolean): void {
  const { conf, attributes } = places;
  const exists = boot.image.stat(conf) !== undefined;
  // Which directory it is depends on the package.
  const isSettled = exists || bundled || !boot.since("21.3");
  const announceAt = (path: string, key: string) =>
    boot.mayChange(path, "cloud-init writes it once Puppet is installed", boot.because("puppet", key));
  const sections = config.conf === undefined ? undefined : mapping(config.conf, "puppet.conf");
  if (sections !== undefined && (!isSettled || sections.ca_cert !== undefined)) announceAt(conf, "conf");
  else if (sections !== undefined && exists) writePuppetConf(boot, conf, places.ssl, sections);
  else if (sections !== undefined)
    for (const path of [`${conf}.old`, conf])
      boot.write(path, wholeUnknown("the settings of Puppet's package"), boot.because("puppet", "conf"));
  if (isSettled) writeAttributes(boot, config, attributes);
  else if (config.csr_attributes !== undefined && boot.since("19.3")) announceAt(attributes, "csr_attributes");
}

function configure(boot: ModuleRun, config: ConfigObject, { conf, ssl, attributes }: Places): void {
  if (config.conf !== undefined) writePuppetConf(boot, conf, ssl, mapping(config.conf, "puppet.conf"));
  writeAttributes(boot, config, attributes);
}

function writeAttributes(boot: ModuleRun, config: ConfigObject, path: string): void {
  if (config.csr_attributes === undefined || !boot.since("19.3")) return;
  boot.write(path, plainYaml(boot.config.node("puppet", "csr_attributes")), boot.because("puppet", "csr_attributes"));
}

function start(boot: ModuleRun, config: ConfigObject, program: string): void {
  const wanted = !boot.since("21.4") || configBool(config.start_service, true);
  // Since 23.1 the name of Puppet's own package is tried first.
  const service = boot.since("23.1") ? "puppet-agent" : "puppet";
  if (wanted) boot.command(`systemctl enable ${service}`);
  if (boot.since("21.3") && configBool(config.exec, false)) boot.command(`${program} agent --test`);
  if (wanted) boot.command(`systemctl start ${service}`);
}
