import { configuresEveryBoot } from "../../config/datasources.ts";
import type { Distro } from "../../distro/distro.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Image } from "../../image/image.ts";
import { libraryCode } from "../system/libraryChange.ts";

/** The image whose library says what its datasources do. */
export interface Library {
  readonly image: Image;
  readonly distro: Distro;
  readonly version: string;
}

/** Datasources that watch for network devices by default, with upstream's first version that does. */
const WATCHES: Readonly<Record<string, string>> = { Ec2: "24.1", VMware: "25.2", Hetzner: "25.3" };

/**
 * The events after which a datasource configures the network unless the configuration says otherwise ("boot-new-instance",
 * "boot", "boot-legacy", "hotplug"), as the image's own library has them (default_update_events, 21.3 to 26.2): Ubuntu
 * 20.04 and 22.04 take hotplug from EC2. Undefined if only the cloud knows.
 */
export function defaultUpdateEvents(library: Library, datasource: string | undefined): ReadonlySet<string> | undefined {
  const { version } = library;
  const own = datasource === undefined || !versionAtLeast(version, "21.3") ? undefined : eventsOf(library, datasource);
  if (own !== undefined) return own;
  const watches = (name: string) => name in WATCHES && versionAtLeast(version, WATCHES[name]!);
  if (datasource === undefined && Object.keys(WATCHES).some(watches)) return undefined;
  return new Set([
    "boot-new-instance",
    ...(configuresEveryBoot(datasource, version) ? ["boot", "boot-legacy"] : []),
    ...(datasource !== undefined && watches(datasource) ? ["hotplug"] : []),
  ]);
}

/** What the classes of a datasource say; undefined if that is not clear. */
function eventsOf(library: Library, datasource: string, depth = 0): Set<string> | undefined {
  const code = libraryCode(library, `sources/DataSource${datasource}.py`);
  const parents = new RegExp(`^class DataSource${datasource}\\(([\\w., \\n]{1,200})\\)`, "m").exec(code)?.[1];
  if (parents === undefined) return undefined;
  const other = /\bDataSource(\w+)/.exec(parents)?.[1];
  const inherited = () => {
    if (other !== undefined) return depth < 3 ? eventsOf(library, other, depth + 1) : undefined;
    return assignedEvents(libraryCode(library, "sources/__init__.py")) ?? new Set(["boot-new-instance"]);
  };
  const events = /^ {4}default_update_events\b/m.test(code) ? assignedEvents(code) : inherited();
  // Constructors add others.
  for (const [, name = ""] of code.matchAll(
    /^ {8}self\.default_update_events\[EventScope\.NETWORK\]\.add\(\s*EventType\.(\w+)/gm,
  ))
    events?.add(eventName(name));
  return events;
}

/** The events of the first class that assigns them, itself or as a copy of a constant. */
function assignedEvents(code: string): Set<string> | undefined {
  const value = /^ {4}default_update_events(?:: [\w[\], ]{1,99})? = (?=\S)/m.exec(code);
  if (value === null) return undefined;
  const rest = code.slice(value.index + value[0].length);
  const constant = /^(?:copy\.deepcopy\()?([A-Z_]+)\b/.exec(rest)?.[1];
  if (constant === undefined) return eventsIn(rest);
  const definition = new RegExp(`^${constant} = (?=\\{)`, "m").exec(code);
  return definition === null ? undefined : eventsIn(code.slice(definition.index + definition[0].length));
}

/** `{EventScope.NETWORK: {EventType.BOOT, ...}}` */
function eventsIn(text: string): Set<string> | undefined {
  const list = /^\{\s*EventScope\.NETWORK:\s*\{((?:\s*EventType\.\w+\s*,?)*)\s*\}/.exec(text)?.[1];
  return list === undefined
    ? undefined
    : new Set([...list.matchAll(/EventType\.(\w+)/g)].map(([, name = ""]) => eventName(name)));
}

function eventName(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
