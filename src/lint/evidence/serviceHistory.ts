import type { Distro } from "../../distro/distro.ts";
import type { Image } from "../../image/image.ts";
import type { BootPart, Overlay } from "../../image/overlay.ts";
import type { Blame } from "../../image/writeLog.ts";
import { UnreadableService } from "../../services/includes.ts";
import type { Service, Setting } from "../../services/service.ts";
import { withoutGaps } from "../../services/withoutGaps.ts";

/** A service's settings by key; if several have the same key, the first one. */
export type SettingsByKey = ReadonlyMap<string, Setting>;

/** A service's settings before and after a boot; none unless it is readable in both. */
export interface ServiceSettings {
  readonly before: readonly Setting[];
  readonly after: readonly Setting[];
  readonly readable: boolean;
}

const NOTHING: readonly Setting[] = [];

/**
 * Reads services of images once. A service that cannot be read in one image has no settings in any of them, since
 * otherwise all settings of the others would seem to appear or disappear.
 */
export class ServiceReader {
  readonly #distro: Distro;
  readonly #unreadable = new Set<string>();
  readonly #known = new WeakMap<Image, Map<string, readonly Setting[]>>();
  readonly #byKey = new WeakMap<readonly Setting[], SettingsByKey>();

  constructor(distro: Distro) {
    this.#distro = distro;
  }

  list(service: Service, image: Image): readonly Setting[] {
    const ofImage = this.#known.get(image) ?? new Map<string, readonly Setting[]>();
    this.#known.set(image, ofImage);
    const settings = ofImage.get(service.name) ?? this.#read(service, image);
    ofImage.set(service.name, settings);
    return this.#unreadable.has(service.name) ? NOTHING : settings;
  }

  /** The settings of two images of one boot: of both or of neither. */
  both(service: Service, before: Image, after: Image): ServiceSettings {
    const settings = { before: this.list(service, before), after: this.list(service, after), readable: true };
    return this.#unreadable.has(service.name) ? { before: NOTHING, after: NOTHING, readable: false } : settings;
  }

  #read(service: Service, image: Image): readonly Setting[] {
    if (this.#unreadable.has(service.name)) return NOTHING;
    try {
      const settings = service.read(image, this.#distro);
      if (image.problems.length > 0) service.read(withoutGaps(image), this.#distro);
      return settings;
    } catch (error) {
      if (!(error instanceof UnreadableService)) throw error;
      this.#unreadable.add(service.name);
      image.addProblem(error.path, error.message);
      return NOTHING;
    }
  }

  byKey(service: Service, image: Image): SettingsByKey {
    const settings = this.list(service, image);
    let byKey = this.#byKey.get(settings);
    if (byKey === undefined) {
      const first = new Map<string, Setting>();
      for (const setting of settings) if (!first.has(setting.key)) first.set(setting.key, setting);
      byKey = first;
      this.#byKey.set(settings, byKey);
    }
    return byKey;
  }
}

/** What set a setting to its value after the boot, and whether the setting was gone in between. */
export interface Responsible {
  readonly blame: Blame;
  readonly gone: boolean;
}

/** The cause if the overlay contains none: the boot as a whole. */
const NOBODY: Blame = { module: "", cause: { path: "/etc/cloud/cloud.cfg", line: 1, column: 1 } };

/** The number of parts, or of settings, beyond which the part is found by binary search. */
const MOST_PARTS = 300;
const MOST_READ = 300_000;
/** The number of reads after which the last part that wrote a setting's file counts as the cause. */
const MOST_READ_HALVING = 500_000;

/** A service's settings after each part of the boot. */
export class ServiceHistory {
  readonly #service: Service;
  readonly #reader: ServiceReader;
  readonly #before: SettingsByKey;
  readonly #after: SettingsByKey;
  readonly #all: readonly BootPart[];
  #witness: Witness;

  constructor(service: Service, before: Image, after: Overlay, reader: ServiceReader) {
    const paths = new Set<string>();
    for (const image of [before, after])
      for (const { path } of reader.list(service, image))
        if (path !== undefined && !paths.has(path))
          paths
            .add(after.realpath(path) ?? path)
            .add(before.realpath(path) ?? path)
            .add(path);
    this.#service = service;
    this.#reader = reader;
    this.#before = reader.byKey(service, before);
    this.#after = reader.byKey(service, after);
    this.#all = after.history();
    // Settings almost always change only in a part that writes their files.
    this.#witness = this.#witnessOf(
      this.#all.filter((part, index) => index === 0 || part.paths.some((path) => paths.has(path))),
    );
  }

  /** The part that set `key` to `now`; if the setting was gone before that, the part that removed it. */
  responsible(key: string, now: Setting | undefined): Responsible {
    const found = this.#witness.responsible(key, now);
    if (found !== undefined || this.#witness.parts.length === this.#all.length)
      return found ?? { blame: NOBODY, gone: false };
    // A value may combine several files, of which a setting names the first.
    this.#witness = this.#witnessOf(this.#all);
    return this.#witness.responsible(key, now) ?? { blame: NOBODY, gone: false };
  }

  #witnessOf(parts: readonly BootPart[]): Witness {
    const most = Math.max(this.#before.size, this.#after.size, 1);
    const read = (image: Image) => this.#reader.byKey(this.#service, image);
    return parts.length <= MOST_PARTS && parts.length * most <= MOST_READ
      ? new States(parts, this.#before, read)
      : new Halving(parts, this.#before, this.#after, read);
  }
}

/** The data from which the cause is determined. */
interface Witness {
  readonly parts: readonly BootPart[];
  responsible(key: string, now: Setting | undefined): Responsible | undefined;
}

/** The settings after each of some parts, read on demand. */
class States implements Witness {
  readonly parts: readonly BootPart[];
  readonly #before: SettingsByKey;
  readonly #read: (image: Image) => SettingsByKey;
  readonly #known: SettingsByKey[] = [];

  constructor(parts: readonly BootPart[], before: SettingsByKey, read: (image: Image) => SettingsByKey) {
    this.parts = parts;
    this.#before = before;
    this.#read = read;
  }

  responsible(key: string, now: Setting | undefined): Responsible | undefined {
    const states = this.parts.map((_, index) => this.#after(index).get(key));
    const sameValue = (state: Setting | undefined) => state?.value === now?.value;
    let index = states.findIndex((state) => sameValue(state) && state?.path === now?.path);
    if (index === -1) index = states.findIndex(sameValue);
    if (index === -1) return undefined;
    let first = index;
    while (first > 0 && states[first - 1] === undefined) first--;
    const gone = this.#before.has(key) && now !== undefined && first < index;
    return { blame: this.parts[gone ? first : index]!.blame, gone };
  }

  #after(index: number): SettingsByKey {
    this.#known[index] ??= this.#read(this.parts[index]!.image);
    return this.#known[index];
  }
}

/** A setting after a part of the boot, compared with its final value. */
const GONE = 0;
const OTHER = 1;
const SAME_VALUE = 2;
const SAME = 3;

/**
 * Finds the part after which a setting has its final value, assuming that it then keeps it. This reads only a few of
 * thousands of parts, and keeps only the comparison with the final value for each.
 */
class Halving implements Witness {
  readonly parts: readonly BootPart[];
  readonly #before: SettingsByKey;
  readonly #end: SettingsByKey;
  readonly #read: (image: Image) => SettingsByKey;
  readonly #places = new Map<string, number>();
  readonly #known = new Map<number, Uint8Array>();
  #spent = 0;

  constructor(
    parts: readonly BootPart[],
    before: SettingsByKey,
    end: SettingsByKey,
    read: (image: Image) => SettingsByKey,
  ) {
    this.parts = parts;
    this.#before = before;
    this.#end = end;
    this.#read = read;
    for (const key of [...before.keys(), ...end.keys()])
      if (!this.#places.has(key)) this.#places.set(key, this.#places.size);
  }

  responsible(key: string, now: Setting | undefined): Responsible | undefined {
    const place = this.#places.get(key);
    const end = this.#end.get(key);
    if (place === undefined || end?.value !== now?.value || this.#spent > MOST_READ_HALVING)
      return this.#lastWriter((now ?? this.#before.get(key))?.path);
    const last = this.parts.length;
    let index = this.#first(last, place, (state) => state === SAME);
    if (index === last) index = this.#first(last, place, (state) => state >= SAME_VALUE);
    if (index === last) return undefined;
    const wasGone = now !== undefined && this.#before.has(key) && index > 0 && this.#state(index - 1, place) === GONE;
    const first = wasGone ? this.#first(index, place, (state) => state === GONE) : index;
    return { blame: this.parts[first]!.blame, gone: first < index };
  }

  /** The index below `to` from which on `holds` is true, while it is false before; `to` if there is none. */
  #first(to: number, place: number, holds: (state: number) => boolean): number {
    if (to === 0 || !holds(this.#state(to - 1, place))) return to;
    let [low, high] = [0, to - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#state(middle, place))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #state(index: number, place: number): number {
    let states = this.#known.get(index);
    if (states === undefined) {
      const settings = this.#read(this.parts[index]!.image);
      states = new Uint8Array(this.#places.size);
      for (const [key, at] of this.#places) states[at] = compared(settings.get(key), this.#end.get(key));
      this.#known.set(index, states);
      this.#spent += settings.size;
    }
    return states[place]!;
  }

  #lastWriter(path: string | undefined): Responsible | undefined {
    const part = this.parts.findLast(({ paths }) => path !== undefined && paths.includes(path));
    return part && { blame: part.blame, gone: false };
  }
}

function compared(state: Setting | undefined, end: Setting | undefined): number {
  if (state === undefined) return end === undefined ? SAME : GONE;
  if (state.value !== end?.value) return OTHER;
  return state.path === end.path ? SAME : SAME_VALUE;
}
