import { listedDatasources } from "../../../boot/cloud/pinned.ts";
import { findPair } from "../../../config/merge.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../../../distro/version.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Pair } from "../../../python/tree.ts";
import { installerOf } from "../../../services/network/usual.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";

/** Files of cloud.cfg.d that installers write: subiquity's 99-installer.cfg, curtin's 50-curtin-networking.cfg. */
const FILES = /\/cloud\.cfg\.d\/[^/]*(installer|subiquity|curtin)[^/]*\.cfg$/;

/** Where programs put scripts that `cloud-init clean` runs. */
const CLEAN_D = "/etc/cloud/clean.d";

/** The number of characters of such a script that are read. */
const LIMIT = 65_536;

/** Whether an installer wrote a file of the configuration, judging by its name. */
export function isInstallers(path: string): boolean {
  return FILES.test(path);
}

/** Whether `cloud-init clean` deletes a file: since 22.3 it runs clean.d, where subiquity puts a script with its files. */
export function isCleaned({ image, distro }: CheckContext, path: string): boolean {
  if (!versionAtLeast(distro.cloudInit.version || ASSUMED_VERSION, "22.3")) return false;
  return image.list(CLEAN_D).some((name) => {
    const script = `${CLEAN_D}/${name}`;
    const isRun = ((image.stat(script)?.mode ?? 0) & 0o111) !== 0;
    return isRun && (readText(image, script) ?? "").slice(0, LIMIT).includes(`"${path}"`);
  });
}

/** The only-None list of an installer, with which cloud-init looks for no datasource. */
export function installersNone({ image, booted, distro }: CheckContext): boolean {
  const list = listedDatasources(image, distro.cloudInit.version || ASSUMED_VERSION, booted.base);
  return list !== undefined && isInstallers(list.origin.path) && list.names.every((name) => name === "None");
}

/** The network configuration that an installer gave cloud-init, and that the boot uses; undefined if there is none. */
export function installersNetwork({ booted }: CheckContext): Pair | undefined {
  const pair = booted.config.pair("network");
  return pair !== undefined && isInstallers(pair.path) ? pair : undefined;
}

/** Whether a network configuration only turns cloud-init's off. */
export function isTurnedOff({ value }: Pair): boolean {
  const config = value.type === "mapping" ? findPair(value, "config")?.value : undefined;
  return config?.type === "scalar" && config.value === "disabled";
}

/** The files from which the machine that was installed gets its network, other than those of cloud-init. */
export function installersNetplan(image: Image): { readonly own: readonly string[]; readonly others: boolean } {
  const files = image
    .list("/etc/netplan")
    .filter((name) => name.endsWith(".yaml") && name !== "50-cloud-init.yaml")
    .map((name) => `/etc/netplan/${name}`);
  const own = files.filter((path) => path.includes("installer") || installerOf(image, path) !== undefined);
  return { own, others: own.length < files.length };
}

/** The rule with what deletes a file of an installer as its remedy, if `cloud-init clean` does. */
export function cleaning(rule: Rule, context: CheckContext, path: string): Rule {
  return isCleaned(context, path) ? { ...rule, parameters: { ...rule.parameters, clean: "--logs" } } : rule;
}
