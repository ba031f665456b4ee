import type { Effort } from "../dataModel.ts";
import { CannotTell } from "../errors.ts";
import type { Room } from "../repr.ts";

/**
 * What one rendering may spend, since a template comes from an untrusted image. Far beyond what any real template
 * needs.
 */
export class Budget implements Effort, Room {
  #steps = 500_000;
  #characters = 8_000_000;
  #levels = 100;

  /** Counts work: a node evaluated, an item visited. */
  step(count = 1): void {
    this.#steps -= count;
    if (this.#steps < 0) throw new CannotTell("it takes too many steps");
  }

  /** Counts generated text, and returns it. */
  text(text: string): string {
    this.take(text.length);
    return text;
  }

  take(characters: number): boolean {
    this.step();
    this.#characters -= characters;
    if (this.#characters < 0) throw new CannotTell("it produces too much text");
    return true;
  }

  /** Rejects text before it is generated. */
  expect(length: number): void {
    if (length > this.#characters) throw new CannotTell("it produces too much text");
  }

  /** Does work one level deeper in a value. */
  nested<T>(work: () => T): T {
    if (--this.#levels < 0) throw new CannotTell("its values are nested too deeply");
    const result = work();
    this.#levels++;
    return result;
  }
}
