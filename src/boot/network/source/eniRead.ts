import { text as asText } from "../../../python/checked.ts";
import { dictOf, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../python/errors.ts";
import { compareText } from "../../../python/order.ts";

/** One stanza of an interfaces file, and the interface converted from it. */
interface Stanza {
  isAuto: boolean;
  method: string | undefined;
  readonly options: Map<string, string>;
  readonly dns: Map<"nameservers" | "search", string[]>;
}

/** Options that the conversion keeps. */
const KEPT = ["address", "netmask", "gateway", "broadcast", "hwaddress"];

/**
 * A version 1 configuration from the text of an interfaces file, as NoCloud's meta-data may hold one under
 * `network-interfaces` (eni.convert_eni_data, 18.5 to 26.2).
 * @throws Raises if the real function raises
 */
export function readInterfacesFile(text: PyValue): PyDict {
  const stanzas = new Map<string, Stanza>();
  let current: Stanza | undefined;
  for (const line of asText(text, "network-interfaces").split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)) {
    const [option = "", ...words] = line.trim().split(" ");
    if (option.startsWith("#")) continue;
    if (option === "source" || option === "source-directory")
      throw new CannotTell("the network configuration, because it includes other files");
    if (option === "auto") for (const name of words) stanzaOf(stanzas, name).isAuto = true;
    else if (option === "iface") current = readHead(stanzas, words);
    else if (KEPT.includes(option)) readOption(option, words, current);
    else if (option === "dns-nameservers" || option === "dns-search")
      held(current).dns.set(option === "dns-search" ? "search" : "nameservers", words);
  }
  return toVersion1(stanzas);
}

function stanzaOf(stanzas: Map<string, Stanza>, name: string): Stanza {
  const known = stanzas.get(name);
  if (known !== undefined) return known;
  const stanza: Stanza = { isAuto: false, method: undefined, options: new Map(), dns: new Map() };
  stanzas.set(name, stanza);
  return stanza;
}

function readHead(stanzas: Map<string, Stanza>, words: readonly string[]): Stanza {
  const [name, family, method] = words;
  if (name === undefined || family === undefined || method === undefined)
    throw new Raises("network-interfaces has an iface line without name, family and method");
  const stanza = stanzaOf(stanzas, name);
  if (stanza.method !== undefined) throw new Raises(`network-interfaces defines ${name} twice`);
  stanza.method = method;
  return stanza;
}

function readOption(option: string, words: readonly string[], stanza: Stanza | undefined): void {
  const value = option === "hwaddress" && words[0] === "ether" ? words[1] : words[0];
  if (value === undefined) throw new Raises(`${option} in network-interfaces has no value`);
  held(stanza).options.set(option, value);
}

function held(stanza: Stanza | undefined): Stanza {
  if (stanza === undefined) throw new Raises("network-interfaces has an option before any iface line");
  return stanza;
}

/** An alias such as eth0:1 is one more subnet of its interface. */
function toVersion1(stanzas: ReadonlyMap<string, Stanza>): PyDict {
  const devices = new Map<string, { readonly device: PyDict; readonly subnets: PyValue[] }>();
  for (const [name, { isAuto, method, options, dns }] of stanzas) {
    const id = name.split(":")[0] ?? name;
    let entry = devices.get(id);
    if (entry === undefined) {
      const subnets: PyValue[] = [];
      const device = dictOf({ type: id === "lo" ? "loopback" : "physical", name: id, subnets });
      const mac = options.get("hwaddress");
      if (mac !== undefined) device.set("mac_address", mac);
      entry = { device, subnets };
      devices.set(id, entry);
    }
    if (method === undefined) throw new Raises(`network-interfaces has no iface line for ${name}`);
    const subnet = dictOf({ type: method, control: isAuto ? "auto" : "manual" });
    if (method === "static" && !options.has("address"))
      throw new Raises(`network-interfaces has no address for ${name}`);
    for (const key of ["address", "netmask", "gateway", "broadcast"]) {
      const value = options.get(key);
      if (value !== undefined && (key !== "address" || method === "static")) subnet.set(key, value);
    }
    for (const [key, words] of dns) if (words.length > 0) subnet.set(`dns_${key}`, words);
    entry.subnets.push(subnet);
  }
  const config = [...devices].sort(([a], [b]) => compareText(a, b)).map(([, { device }]) => device);
  return dictOf({ version: 1, config });
}
