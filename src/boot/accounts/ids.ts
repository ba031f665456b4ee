import { Raises } from "../../python/errors.ts";
import type { AccountFile } from "./accountFile.ts";
import type { AccountTable } from "./accountTable.ts";
import type { LoginDefs } from "./defaults.ts";

type Kind = "UID" | "GID";

/** IDs in use. It remembers where the search for a free ID ended. */
export class IdSet {
  readonly #ids = new Set<number>();
  /** By range and direction: the ID beyond all in use, and the first one from the start that may be free. */
  readonly #next = new Map<string, { min: number; max: number; step: 1 | -1; beyond: number; first: number }>();

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  add(id: number): void {
    this.#ids.add(id);
    for (const range of this.#next.values()) this.#pass(range, id);
  }

  /** The id beyond all in use between `min` and `max`, else the first gap; undefined if there is none. */
  free(min: number, max: number, step: 1 | -1): number | undefined {
    const key = `${min} ${max} ${step}`;
    let range = this.#next.get(key);
    if (range === undefined) {
      const start = step === 1 ? min : max;
      range = { min, max, step, beyond: start, first: start };
      this.#next.set(key, range);
      for (const id of this.#ids) this.#pass(range, id);
    }
    const isFree = (id: number) => id !== RESERVED && !this.#ids.has(id);
    const isWithin = (id: number) => id >= min && id <= max;
    for (let id = range.beyond; isWithin(id); id += step) if (isFree(id)) return id;
    while (isWithin(range.first) && !isFree(range.first)) range.first += step;
    return isWithin(range.first) ? range.first : undefined;
  }

  #pass(range: { min: number; max: number; step: 1 | -1; beyond: number }, id: number): void {
    if (id >= range.min && id <= range.max && (id - range.beyond) * range.step >= 0) range.beyond = id + range.step;
  }
}

/** (uid_t) -1 of 16 bits, which is never assigned. */
const RESERVED = 0xffff;

/**
 * The number that useradd or groupadd assigns (lib/find_new_uid.c and find_new_gid.c, 4.8 to 4.20): one above the
 * highest in use, for system accounts one below the lowest, else the first gap. `preferred` is used if it is free.
 * @throws Raises if none is free
 */
export function newId(kind: Kind, used: IdSet, system: boolean, defs: LoginDefs, preferred?: number): number {
  const [min, max] = range(kind, system, defs);
  const lowestPreferred = system ? 1 : min;
  if (preferred !== undefined && preferred >= lowestPreferred && preferred <= max && !used.has(preferred))
    return preferred;
  const id = used.free(min, max, system ? -1 : 1);
  if (id === undefined) throw new Raises(`no ${kind} from ${min} to ${max} is free`);
  return id;
}

function range(kind: Kind, system: boolean, defs: LoginDefs): [min: number, max: number] {
  const firstUser = defs.number(`${kind}_MIN`, 1000);
  if (!system) return [firstUser, defs.number(`${kind}_MAX`, 60_000)];
  return [Math.max(1, defs.number(`SYS_${kind}_MIN`, 101)), defs.number(`SYS_${kind}_MAX`, firstUser - 1)];
}

/**
 * Assigns a new user its range in /etc/subuid or /etc/subgid (lib/subordinateio.c): the first gap that is wide enough.
 * useradd also sorts the file.
 * @param unlessAssigned since 4.14 shadow-utils does not change a user who has a range
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
  const untouched = file.table.inOrder;
  file.sort(compareRanges);
  const known = scanned.get(file.table);
  // No gap before the end of the last search is wide enough, unless the file was sorted since.
  const from = untouched && known?.min === min && known.count === count ? known : { start: min, place: 0 };
  let { start } = from;
  const place = file.scan(from.place, ([, first, length]) => {
    if (Number(first) - start >= count) return true;
    start = Math.max(start, Number(first) + Number(length));
    return false;
  });
  scanned.set(file.table, { min, count, start, place });
  if (!(start + count - 1 <= max)) throw new Raises(`no ${count} subordinate ${kind}s are free`);
  if (unlessAssigned && file.find(name) !== undefined) return;
  file.append([name, String(start), String(count)], place === file.table.length);
}

/** How far a file was searched for a gap: `start` is the first number above all ranges before the line `place`. */
const scanned = new WeakMap<AccountTable, { min: number; count: number; start: number; place: number }>();

function compareRanges(a: readonly string[], b: readonly string[]): number {
  const difference = Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]);
  return difference || (a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : 0);
}
