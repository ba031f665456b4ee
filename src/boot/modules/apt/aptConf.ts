import { text } from "../../../python/checked.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import type { AptConfig } from "./aptConfig.ts";

const PROXY_FILE = "/etc/apt/apt.conf.d/90cloud-init-aptproxy";
const CONF_FILE = "/etc/apt/apt.conf.d/94cloud-init-config";

/** The keys of proxies in the order of their lines, each with the protocol it is for. */
const PROXIES: readonly (readonly [key: string, protocol: string])[] = [
  ["proxy", "http"],
  ["http_proxy", "http"],
  ["ftp_proxy", "ftp"],
  ["https_proxy", "https"],
];

/** Writes apt's configuration, and removes what it wrote once where nothing is configured now (20.4 to 26.2). */
export function writeAptConf(boot: ModuleRun, { values, because }: AptConfig): void {
  const proxies = PROXIES.flatMap(([key, protocol]) => {
    const value = values[key] ?? null;
    return truthy(value) ? [{ key, line: `Acquire::${protocol}::Proxy "${pyStr(value)}";\n` }] : [];
  });
  if (proxies.length > 0) boot.write(PROXY_FILE, proxies.map(({ line }) => line).join(""), because(proxies[0]!.key));
  else if (isFile(boot, PROXY_FILE)) boot.remove(PROXY_FILE, because("proxy"));

  const conf = values.conf ?? null;
  if (truthy(conf)) boot.write(CONF_FILE, text(conf, "apt.conf"), because("conf"));
  else if (isFile(boot, CONF_FILE)) boot.remove(CONF_FILE, because("conf"));
}

function isFile(boot: ModuleRun, path: string): boolean {
  return boot.image.stat(path)?.kind === "file";
}
