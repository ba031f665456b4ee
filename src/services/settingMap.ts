import type { Setting } from "./service.ts";

/** Settings by key, in the order in which the keys were first added. */
export class SettingMap {
  readonly #settings = new Map<string, Setting>();

  get(key: string): Setting | undefined {
    return this.#settings.get(key);
  }

  /** Adds a setting or replaces the one with the same key: the last one wins. */
  put(setting: Setting): void {
    this.#settings.set(setting.key, setting);
  }

  /** Adds a setting unless its key exists: the first one wins. */
  offer(setting: Setting): void {
    if (!this.#settings.has(setting.key)) this.#settings.set(setting.key, setting);
  }

  /** Adds a setting, or appends its value to the one with the same key, which keeps its place. */
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
