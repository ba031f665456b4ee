import type { Setting } from "./service.ts";

/** Settings by key, in the order in which their keys first came. */
export class SettingMap {
  readonly #settings = new Map<string, Setting>();

  get(key: string): Setting | undefined {
    return this.#settings.get(key);
  }

  /** The setting, or in its place the one that has the same key: the last one wins. */
  put(setting: Setting): void {
    this.#settings.set(setting.key, setting);
  }

  /** The setting unless its key is taken: the first one wins. */
  offer(setting: Setting): void {
    if (!this.#settings.has(setting.key)) this.#settings.set(setting.key, setting);
  }

  /** One setting with the values of all that have its key; it comes from the place of the first. */
  append(setting: Setting, separator: string): void {
    const first = this.#settings.get(setting.key);
    this.put(first === undefined ? setting : { ...first, value: first.value + separator + setting.value });
  }

  delete(key: string): void {
    this.#settings.delete(key);
  }

  list(): Setting[] {
    return [...this.#settings.values()];
  }
}
