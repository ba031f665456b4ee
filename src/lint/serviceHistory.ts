import type { Blame, Overlay } from "../boot/overlay.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import { UnreadableService } from "../services/includes.ts";
import type { Service, Setting } from "../services/service.ts";

/** A service's settings by key; of several with one key the first. */
export type SettingsByKey = ReadonlyMap<string, Setting>;

/** A service's settings before and after a boot; none where it is not readable in both. */
export interface ServiceSettings {
  readonly before: readonly Setting[];
  readonly after: readonly Setting[];
  readonly readable: boolean;
}

const NOTHING: readonly Setting[] = [];

/**
 * Reads services of images once. A service that cannot be read of one of them has no settings in any: else all that the
 * others have would seem to come or go.
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

  /** The settings of two images of one boot: those of both or of none. */
  both(service: Service, before: Image, after: Image): ServiceSettings {
    const settings = { before: this.list(service, before), after: this.list(service, after), readable: true };
    return this.#unreadable.has(service.name) ? { before: NOTHING, after: NOTHING, readable: false } : settings;
  }

  #read(service: Service, image: Image): readonly Setting[] {
    if (this.#unreadable.has(service.name)) return NOTHING;
    try {
      return service.read(image, this.#distro);
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
      byKey = new Map([...settings].reverse().map((setting) => [setting.key, setting]));
      this.#byKey.set(settings, byKey);
    }
    return byKey;
  }
}

/** Who made a setting what it is after the boot, and whether it was gone in between. */
export interface Responsible {
  readonly blame: Blame;
  readonly gone: boolean;
}

/** Who is to blame where nothing in the overlay says so: the boot as a whole. */
const NOBODY: Blame = { module: "", cause: { path: "/etc/cloud/cloud.cfg", line: 1, column: 1 } };

/** A part of the boot, and the service's settings after it. */
interface Part {
  readonly blame: Blame;
  readonly settings: SettingsByKey;
}

/** A service's settings after each part of the boot. */
export class ServiceHistory {
  readonly #before: SettingsByKey;
  #parts: readonly Part[];
  /** Reads the service after every part; undefined once that was done. */
  #readAll: (() => readonly Part[]) | undefined;

  constructor(service: Service, before: Image, after: Overlay, reader: ServiceReader) {
    const paths = new Set<string>();
    for (const image of [before, after])
      for (const { path } of reader.list(service, image))
        if (path !== undefined)
          paths
            .add(after.realpath(path) ?? path)
            .add(before.realpath(path) ?? path)
            .add(path);
    const read = (changes: (written: readonly string[]) => boolean): readonly Part[] => {
      let settings = reader.byKey(service, before);
      return after.history().map(({ blame, image, paths: written }) => {
        if (changes(written)) settings = reader.byKey(service, image);
        return { blame, settings };
      });
    };
    this.#before = reader.byKey(service, before);
    // Nearly always only a part that writes where the settings stand changes them.
    this.#parts = read((written) => written.some((path) => paths.has(path)));
    this.#readAll = () => read(() => true);
  }

  /** The part that made `key` what `now` says; where it was gone before that, the part that removed it. */
  responsible(key: string, now: Setting | undefined): Responsible {
    const found = this.#responsible(key, now);
    if (found !== undefined || this.#readAll === undefined) return found ?? { blame: NOBODY, gone: false };
    // A value may be put together of several files, of which a setting names the first.
    this.#parts = this.#readAll();
    this.#readAll = undefined;
    return this.#responsible(key, now) ?? { blame: NOBODY, gone: false };
  }

  #responsible(key: string, now: Setting | undefined): Responsible | undefined {
    const states = this.#parts.map(({ settings }) => settings.get(key));
    const sameValue = (state: Setting | undefined) => state?.value === now?.value;
    let index = states.findIndex((state) => sameValue(state) && state?.path === now?.path);
    if (index === -1) index = states.findIndex(sameValue);
    if (index === -1) return undefined;
    let first = index;
    while (first > 0 && states[first - 1] === undefined) first--;
    const gone = this.#before.has(key) && now !== undefined && first < index;
    return { blame: this.#parts[gone ? first : index]!.blame, gone };
  }
}
