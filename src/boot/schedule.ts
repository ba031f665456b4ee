import type { Since } from "../distro/version.ts";
import { isDict, type PyDict, type PyValue } from "../python/dataModel.ts";
import type { PythonSource } from "../python/source/source.ts";
import { itemsOf, Name, stringsOf } from "../python/source/values.ts";
import type { Frequency } from "./frequency.ts";

/** When cloud-init runs a module. */
export interface Schedule {
  readonly frequency: Frequency;
  /** Names of distros as in system_info.distro. */
  readonly distros: "all" | readonly string[];
  /** The top-level keys without which the module is skipped; none where it always runs (activate_by_schema_keys, 22.3). */
  readonly activatedBy: readonly string[];
}

/** The names of a module's source that say when it runs. */
export const SCHEDULE_NAMES = ["meta", "frequency", "distros", "osfamilies"];

/** What is known of a schedule. */
type Stated = { readonly [Key in keyof Schedule]: Schedule[Key] | undefined };

const NOTHING: Stated = { frequency: undefined, distros: undefined, activatedBy: undefined };

/**
 * What a module's source says of it: in `meta` since 22.2, before in `frequency`, `distros` and `osfamilies`. Undefined is
 * what it computes.
 */
export function readSchedule(source: PythonSource, since: Since): Stated {
  if (!since("22.2"))
    return {
      frequency: source.value("frequency") === undefined ? "once-per-instance" : frequencyOf(source.value("frequency")),
      distros: source.value("osfamilies") === undefined ? distrosOf(source.value("distros") ?? []) : undefined,
      activatedBy: [],
    };
  const meta = source.value("meta");
  if (!isDict(meta)) return NOTHING;
  return {
    frequency: frequencyOf(meta.get("frequency")),
    distros: distrosOf(meta.get("distros")),
    activatedBy: since("22.3") ? activatedBy(meta) : [],
  };
}

function activatedBy(meta: PyDict): readonly string[] | undefined {
  return stringsOf(meta.get("activate_by_schema_keys") ?? []);
}

/** Constants of settings.py. */
const FREQUENCIES: ReadonlyMap<string, Frequency> = new Map([
  ["PER_INSTANCE", "once-per-instance"],
  ["PER_ALWAYS", "always"],
  ["PER_ONCE", "once"],
]);

function frequencyOf(value: PyValue | undefined): Frequency | undefined {
  if (value instanceof Name) return FREQUENCIES.get(value.last);
  return [...FREQUENCIES.values()].find((frequency) => frequency === value);
}

/** No distro, as the only one "all" or distros.ALL_DISTROS, stands for all. */
function distrosOf(value: PyValue | undefined): Schedule["distros"] | undefined {
  const names = itemsOf(value)?.map((item) => (item instanceof Name && item.last === "ALL_DISTROS" ? "all" : item));
  if (names?.length === 0 || (names?.length === 1 && names[0] === "all")) return "all";
  return stringsOf(names);
}
