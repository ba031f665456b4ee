import { configuresEveryBoot, datasourceNames } from "../../config/datasources.ts";
import { codeOf } from "../../distro/library/change.ts";
import { defineFact, type Fact, lookUp, type Program } from "../../distro/library/fact.ts";
import type { Library } from "../../distro/library/library.ts";
import { type Since, sinceOf } from "../../distro/version.ts";

/** Datasources that watch for network devices by default, with upstream's first version that does. */
const WATCHES: Readonly<Record<string, string>> = { Ec2: "24.1", AliYun: "24.1", VMware: "25.2", Hetzner: "25.3" };
/** Those that no longer do: AliYun's is derived from EC2's, and got events of its own. */
const WATCHED: Readonly<Record<string, string>> = { AliYun: "25.1" };
/** Datasources whose events at every boot do not name "boot-legacy", with the first version that does not. */
const WITHOUT_LEGACY: Readonly<Record<string, string>> = { AliYun: "0", Azure: "21.4", GCE: "0", Hetzner: "0" };

/** The events after which a datasource configures the network: "boot-new-instance", "boot", "boot-legacy", "hotplug". */
type Events = ReadonlySet<string>;

/** What each datasource's default_update_events say (21.3 to 26.2): Ubuntu 20.04 and 22.04 take hotplug from EC2. */
const EVENTS: ReadonlyMap<string, Fact<Events>> = new Map(
  datasourceNames.map((name) => [
    name,
    defineFact({
      name: `update events of ${name}`,
      file: fileOf(name),
      datasource: name,
      // Before 21.3 events had another form.
      read: (_, library, since): Events | undefined => (since("21.3") ? eventsOf(library, name) : undefined),
      byVersion: (since) => upstreamEvents(name, since),
    }),
  ]),
);

/** A datasource's events unless the configuration says otherwise; undefined if only the cloud knows. */
export function defaultUpdateEvents(program: Program, datasource: string | undefined): Events | undefined {
  const since = sinceOf(program.version);
  const fact = EVENTS.get(datasource ?? "");
  if (fact === undefined) return Object.values(WATCHES).some(since) ? undefined : NEW_INSTANCE;
  return lookUp(fact, program).value;
}

const NEW_INSTANCE: Events = new Set(["boot-new-instance"]);

function upstreamEvents(datasource: string, since: Since): Events {
  const has = (table: Readonly<Record<string, string>>) => table[datasource] !== undefined && since(table[datasource]);
  const events = new Set(NEW_INSTANCE);
  if (configuresEveryBoot(datasource, since)) events.add("boot");
  if (events.has("boot") && !has(WITHOUT_LEGACY)) events.add("boot-legacy");
  if (has(WATCHES) && !has(WATCHED)) events.add("hotplug");
  return events;
}

function fileOf(datasource: string): string {
  return `sources/DataSource${datasource}.py`;
}

/** What the classes of a datasource say; undefined if that is not clear. */
function eventsOf(library: Library, datasource: string, depth = 0): Set<string> | undefined {
  const code = codeIn(library, fileOf(datasource));
  const parents = new RegExp(`^class DataSource${datasource}\\(([\\w., \\n]{1,200})\\)`, "m").exec(code)?.[1];
  if (parents === undefined) return undefined;
  const other = /\bDataSource(\w+)/.exec(parents)?.[1];
  const inherited = () => {
    if (other !== undefined) return depth < 3 ? eventsOf(library, other, depth + 1) : undefined;
    return assignedEvents(codeIn(library, "sources/__init__.py")) ?? new Set(NEW_INSTANCE);
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

function codeIn(library: Library, file: string): string {
  const source = library.source(file);
  return source === undefined ? "" : codeOf(source);
}
