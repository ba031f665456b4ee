import type { Since } from "../../../distro/version.ts";
import type { PyDict } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { compareText } from "../../../python/order.ts";
import { pyStr } from "../../../python/value.ts";
import { ipv6Prefix } from "../state/ipAddress.ts";
import { quoted, sysconfigHeader } from "./sysconfigValues.ts";

/** The routes of one interface, numbered from 1. */
export class SysconfigRoutes {
  hasDefaultIpv4 = false;
  hasDefaultIpv6 = false;
  readonly #device: string;
  readonly #paths: readonly [ipv4: string, ipv6: string];
  readonly #since: Since;
  readonly #routes: PyDict[] = [];

  constructor(device: string, paths: readonly [ipv4: string, ipv6: string], since: Since) {
    this.#device = device;
    this.#paths = paths;
    this.#since = since;
  }

  add(route: PyDict): void {
    this.#routes.push(route);
  }

  /** Files of the routes by path: both exist as soon as there is a route of either kind. */
  texts(): [path: string, text: string][] {
    if (this.#routes.length === 0) return [];
    // Routes come in the order of their numbers as text: the tenth before the second.
    const routes = this.#routes
      .map((route, index) => ({ route, number: String(index + 1) }))
      .sort((a, b) => compareText(a.number, b.number))
      .map(({ route }) => route)
      .filter((route) => route.has("network"));
    const isIpv6 = (route: PyDict) => pyStr(route.get("network")).includes(":");
    const header = `${sysconfigHeader("#", this.#since)}\n`;
    const ipv4 = routes.filter((route) => !isIpv6(route)).map((route, index) => this.#ipv4(route, index));
    const [path, path6] = this.#paths;
    const files: [string, string][] = [[path + this.#device, header + ipv4.join("")]];
    // If both kinds share a file, the IPv6 routes are lost.
    if (path6 !== path) {
      const ipv6 = routes.filter(isIpv6).map((route) => this.#ipv6(route));
      files.push([path6 + this.#device, header + ipv6.join("")]);
    }
    return files;
  }

  #ipv4(route: PyDict, index: number): string {
    const lines = [
      ["ADDRESS", need(route, "network")],
      ["GATEWAY", need(route, "gateway")],
      ["NETMASK", need(route, "netmask")],
    ];
    if (route.has("metric")) lines.push(["METRIC", need(route, "metric")]);
    return lines.map(([key, value = ""]) => `${key}${index}=${quoted(value)}\n`).join("");
  }

  #ipv6(route: PyDict): string {
    const metric = route.has("metric") ? `metric ${need(route, "metric")}` : "";
    return `${need(route, "network")}/${this.#mask(route)} via ${need(route, "gateway")} ${metric} dev ${this.#device}\n`;
  }

  /** Until 22.1 an IPv6 route needed a netmask, which until 21.4 was written as it was given. */
  #mask(route: PyDict): string {
    if (this.#since("22.2")) return need(route, "prefix");
    const mask = need(route, "netmask");
    if (!this.#since("22.1")) return mask;
    const prefix = ipv6Prefix(mask);
    if (prefix === undefined) throw new Raises(`${mask} is not a valid netmask`);
    return String(prefix);
  }
}

function need(route: PyDict, key: string): string {
  if (!route.has(key)) throw new Raises(`a route has no ${key}`);
  return pyStr(route.get(key));
}
