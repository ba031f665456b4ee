import type { Since } from "../../../distro/version.ts";
import type { PyValue } from "../../../python/dataModel.ts";
import { compareText } from "../../../python/order.ts";
import { pyStr } from "../../../python/value.ts";

/** The order of the sections until 22.0. */
const OLD_ORDER = ["Match", "Link", "Network", "DHCPv4", "DHCPv6", "Address", "Route"];

/** How the image's cloud-init writes routes. */
export interface UnitFormat {
  /** Whether each route has its own section. */
  readonly separatesRoutes: boolean;
}

/** One file of systemd-networkd as cloud-init composes it: lines are sorted and unique within a section. */
export class NetworkdUnit {
  readonly #sections = new Map<string, Set<string>>();
  /** Lines of repeated sections, by the key that orders them. */
  readonly #repeated = new Map<string, Map<string, Set<string>>>();
  readonly #format: UnitFormat;
  readonly #since: Since;

  constructor(format: UnitFormat, since: Since) {
    this.#format = format;
    this.#since = since;
  }

  add(section: string, key: string, value: PyValue): void {
    const lines = this.#sections.get(section) ?? new Set();
    this.#sections.set(section, lines.add(`${key}=${pyStr(value)}`));
  }

  addAddress(address: string): void {
    if (!this.#since("22.3.1")) this.add("Address", "Address", address);
    else this.#addTo("Address", address, "Address", address);
  }

  /** @param id which route it is; sections are in the order of their IDs as strings, "a10" before "a2" */
  addRoute(id: string, key: string, value: PyValue): void {
    if (this.#format.separatesRoutes) this.#addTo("Route", id, key, value);
    else this.add("Route", key, value);
  }

  addRule(index: number, key: string, value: PyValue): void {
    this.#addTo("RoutingPolicyRule", String(index).padStart(9, "0"), key, value);
  }

  toString(): string {
    const byName = this.#since("22.1");
    const names = [...this.#sections.keys(), ...this.#repeated.keys()].sort(
      byName ? compareText : (a, b) => OLD_ORDER.indexOf(a) - OLD_ORDER.indexOf(b),
    );
    const text = names.map((name) => this.#textOf(name)).join("");
    return this.#since("25.2") ? text.replace(/\n\n$/, "\n") : text;
  }

  #addTo(section: string, id: string, key: string, value: PyValue): void {
    const sections = this.#repeated.get(section) ?? new Map<string, Set<string>>();
    this.#repeated.set(section, sections);
    sections.set(id, (sections.get(id) ?? new Set()).add(`${key}=${pyStr(value)}`));
  }

  #textOf(name: string): string {
    const sections = this.#repeated.get(name);
    if (sections === undefined) return sectionText(name, this.#sections.get(name) ?? new Set(), false);
    // Until 24.1 a blank line followed each line of a route.
    const isSpaced = name === "Route" && !this.#since("24.2");
    return [...sections]
      .sort(([a], [b]) => compareText(a, b))
      .map(([, lines]) => sectionText(name, lines, isSpaced))
      .join("");
  }
}

function sectionText(name: string, lines: ReadonlySet<string>, isSpaced: boolean): string {
  const sorted = [...lines].sort(compareText);
  return isSpaced
    ? `[${name}]\n${sorted.map((line) => `${line}\n\n`).join("")}`
    : `[${name}]\n${sorted.map((line) => `${line}\n`).join("")}\n`;
}
