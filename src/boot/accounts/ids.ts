import { ModuleFailure } from "../module.ts";
import type { AccountFile } from "./accountFile.ts";
import type { LoginDefs } from "./defaults.ts";

type Kind = "UID" | "GID";

/**
 * The number that useradd or groupadd gives (lib/find_new_uid.c and find_new_gid.c, 4.8 to 4.20): one above the highest in
 * use, for system accounts one below the lowest, else the first gap. `preferred` is taken where it is free.
 * @throws ModuleFailure when none is free.
 */
export function newId(
  kind: Kind,
  used: ReadonlySet<number>,
  system: boolean,
  defs: LoginDefs,
  preferred?: number,
): number {
  const [min, max] = range(kind, system, defs);
  const free = (id: number) => id >= min && id <= max && id !== 0xffff && !used.has(id);
  const lowestPreferred = system ? 1 : min;
  if (preferred !== undefined && preferred >= lowestPreferred && preferred <= max && !used.has(preferred))
    return preferred;
  const inRange = [...used].filter((id) => id >= min && id <= max);
  const step = system ? -1 : 1;
  const [first, last] = system ? [max, min] : [min, max];
  const next = inRange.reduce((best, id) => (system ? Math.min(best, id - 1) : Math.max(best, id + 1)), first);
  for (const start of [next, first]) for (let id = start; id >= min && id <= max; id += step) if (free(id)) return id;
  throw new ModuleFailure(`no ${kind} from ${Math.min(first, last)} to ${Math.max(first, last)} is free`);
}

function range(kind: Kind, system: boolean, defs: LoginDefs): [min: number, max: number] {
  const firstUser = defs.number(`${kind}_MIN`, 1000);
  if (!system) return [firstUser, defs.number(`${kind}_MAX`, 60_000)];
  return [Math.max(1, defs.number(`SYS_${kind}_MIN`, 101)), defs.number(`SYS_${kind}_MAX`, firstUser - 1)];
}

/**
 * Gives a new user its range in /etc/subuid or /etc/subgid (lib/subordinateio.c): the first gap that is wide enough.
 * useradd puts the file in order on the way.
 * @param unlessAssigned shadow-utils since 4.14 leaves a user who has a range alone.
 */
export function addSubordinateRange(
  file: AccountFile,
  kind: Kind,
  name: string,
  defs: LoginDefs,
  unlessAssigned: boolean,
): void {
  const count = defs.number(`SUB_${kind}_COUNT`, 65_536);
  const min = defs.number(`SUB_${kind}_MIN`, 100_000);
  const max = defs.number(`SUB_${kind}_MAX`, 600_100_000);
  file.sort(compareRanges);
  let start = min;
  for (const [, first, length] of file.entries()) {
    if (Number(first) - start >= count) break;
    start = Math.max(start, Number(first) + Number(length));
  }
  if (!(start + count - 1 <= max)) throw new ModuleFailure(`no ${count} subordinate ${kind}s are free`);
  if (unlessAssigned && file.find(name) !== undefined) return;
  file.append([name, String(start), String(count)]);
}

function compareRanges(a: readonly string[], b: readonly string[]): number {
  const difference = Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]);
  return difference || (a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : 0);
}
