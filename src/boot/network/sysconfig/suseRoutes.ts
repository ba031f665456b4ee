import { defineChange } from "../../../distro/library/change.ts";
import type { Origin } from "../../../image/origin.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { isDict, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { announce } from "../announce.ts";
import type { Predicted } from "../predicted.ts";
import { ipv4Prefix, ipv6Prefix } from "../state/ipAddress.ts";
import { CONTROL } from "./sysconfigForm.ts";

const FILE = "distros/opensuse.py";

/** SUSE's cloud-init up to 23.3 writes routes itself, after the renderer; upstream never does. */
const WRITES_ROUTES = defineChange({
  name: "routes are written to ifroute files",
  file: FILE,
  since: undefined,
  made: /def _write_routes_v1\(/,
  beside: /^class Distro\(/m,
});

/**
 * Writes the files of routes as SUSE's class does (distros/opensuse.py of its packages from 19.1 to 23.3), whichever
 * renderer wrote the rest.
 * @throws Raises if it raises
 */
export function writeSuseRoutes(network: Predicted<PyDict>, boot: ModuleRun, because: Origin): void {
  if (boot.facts.family !== "suse" || !("value" in network) || !boot.fact(WRITES_ROUTES)) return;
  // Later patches compare gateways before they leave out a default route.
  const compares = boot.library?.code(FILE)?.includes("seen_default_gateway") ?? false;
  const version = network.value.get("version");
  const files =
    version === 1 ? routesOfVersion1(network.value, compares) : version === 2 ? routesOfVersion2(network.value) : [];
  for (const [path, text] of files) if (!announce(path, boot, because)) boot.write(path, text, because);
}

type Files = [path: string, text: string][];

const ifroute = (name: PyValue) => `${CONTROL}/ifroute-${pyStr(name)}`;
const line = (to: string, via: string) => `${to} ${via} - -\n`;

function routesOfVersion1(network: PyDict, compares: boolean): Files {
  const files: Files = [];
  for (const item of items(network.get("config") ?? [], "config")) {
    const config = asDict(item, "an entry of config");
    let text = "";
    let defaultRoute: PyValue | undefined;
    for (const each of items(config.get("subnets") ?? [], "subnets")) {
      const subnet = asDict(each, "a subnet");
      const gateway = subnet.get("gateway");
      if (truthy(gateway)) {
        text += line("default", asText(gateway, "a gateway"));
        defaultRoute ??= gateway;
      }
      for (const entry of items(subnet.get("routes") ?? [], "routes")) {
        const route = asDict(entry, "a route");
        const to = destination(route);
        if (to === undefined) continue;
        const via = route.get("gateway");
        if (to === "default" && !compares) {
          if (defaultRoute !== undefined) continue;
          defaultRoute = true;
        }
        if (!truthy(via) || (to === "default" && compares && via === defaultRoute)) continue;
        text += line(to, asText(via, "a gateway"));
      }
    }
    if (text !== "") files.push([ifroute(config.get("name") ?? null), text]);
  }
  return files;
}

/** The destination of a route; undefined if it has no prefix. */
function destination(route: PyDict): string | undefined {
  const given = truthy(route.get("destination")) ? route.get("destination") : route.get("network");
  if (!truthy(given)) return "default";
  const to = asText(given, "the destination of a route");
  if (to === "::" || to === "0.0.0.0" || to === "default") return "default";
  const mask = route.get("netmask");
  if (!truthy(mask)) return to.includes("/") ? to : undefined;
  const prefix = ipv4Prefix(pyStr(mask)) ?? ipv6Prefix(pyStr(mask));
  if (prefix === undefined) throw new Raises(`${pyStr(mask)} is not a valid netmask`);
  return `${to}/${prefix}`;
}

function routesOfVersion2(network: PyDict): Files {
  const files: Files = [];
  for (const [kind, devices] of network) {
    if (kind === "version") continue;
    if (kind === "routes") {
      const text = items(devices, "routes")
        .map((route) => routeText(asDict(route, "a route")))
        .join("");
      if (text !== "") files.push([`${CONTROL}/routes`, text]);
      continue;
    }
    if (!isDict(devices) && truthy(devices)) throw new Raises(`${pyStr(kind)} is not a mapping of devices`);
    for (const [name, device] of isDict(devices) ? devices : []) {
      const text = textOfDevice(device);
      if (text !== undefined && text !== "") files.push([ifroute(name), text]);
    }
  }
  return files;
}

/** Undefined where the real function raises, and goes on with the next device. */
function textOfDevice(given: PyValue): string | undefined {
  try {
    const device = asDict(given, "a device");
    const gateways = [...device].filter(([key]) => asText(key, "a key").includes("gateway"));
    const routes = items(device.get("routes") ?? [], "routes").map((route) => routeText(asDict(route, "a route")));
    return [...gateways.map(([, gateway]) => line("default", asText(gateway, "a gateway"))), ...routes].join("");
  } catch (error) {
    if (error instanceof Raises) return undefined;
    throw error;
  }
}

function routeText(route: PyDict): string {
  const [to, via, metric] = ["to", "via", "metric"].map((key) => route.get(key));
  if (!truthy(to) || !truthy(via)) return "";
  const start = `${asText(to, "to")} ${asText(via, "via")} - -`;
  return truthy(metric) ? `${start} metric ${pyStr(metric)}\n` : `${start}\n`;
}
