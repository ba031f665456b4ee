import { configuresEveryBoot, datasourceNames } from "../../config/datasources.ts";
import { defineFact, type Fact, lookUp, type Program } from "../../distro/library/fact.ts";
import type { Library } from "../../distro/library/library.ts";
import { type Since, sinceOf } from "../../distro/version.ts";
import { isDict, type PyValue } from "../../python/dataModel.ts";
import type { PythonSource } from "../../python/source/source.ts";
import { itemsOf, Name } from "../../python/source/values.ts";

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

const EVENTS_NAME = "default_update_events";
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
  const source = library.source(fileOf(datasource));
  const name = `DataSource${datasource}`;
  if (source === undefined || !source.defines(name)) return undefined;
  const stated = source.value(`${name}.${EVENTS_NAME}`);
  const events = stated === undefined ? inheritedEvents(library, source, name, depth) : eventsIn(stated);
  // Constructors add others.
  for (const { positional, isOpen } of source.calls(`${name}.__init__`, "add")) {
    const [event] = positional;
    if (event instanceof Name && event.dotted.startsWith("EventType.")) events?.add(eventName(event));
    else if (isOpen) return undefined;
  }
  return events;
}

/** The events of the datasource in another file that a class is derived from, otherwise those of all datasources. */
function inheritedEvents(library: Library, source: PythonSource, name: string, depth: number): Set<string> | undefined {
  const bases = source.bases(name);
  const other = bases.map((base) => /(?:^|\.)DataSource(\w+)$/.exec(base)?.[1]).find((base) => base !== undefined);
  if (other !== undefined) return depth < 3 ? eventsOf(library, other, depth + 1) : undefined;
  if (!bases.some((base) => /(?:^|\.)DataSource$/.test(base))) return undefined;
  const common = library.source("sources/__init__.py");
  const stated = common?.value(`DataSource.${EVENTS_NAME}`);
  return common === undefined || stated === undefined ? new Set(NEW_INSTANCE) : eventsIn(stated);
}

/** `{EventScope.NETWORK: {EventType.BOOT, ...}}`, itself or as a copy of a constant. */
function eventsIn(value: PyValue): Set<string> | undefined {
  if (!isDict(value)) return undefined;
  for (const [scope, events] of value)
    if (scope instanceof Name && scope.dotted === "EventScope.NETWORK") {
      const names = itemsOf(events)?.map((event) => (event instanceof Name ? eventName(event) : undefined));
      return names?.every((one) => one !== undefined) ? new Set(names) : undefined;
    }
  return undefined;
}

function eventName({ last }: Name): string {
  return last.toLowerCase().replaceAll("_", "-");
}
