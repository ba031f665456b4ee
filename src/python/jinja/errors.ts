/** Jinja raises an error too: the template cannot be rendered. */
export class TemplateError extends Error {}

/** What Jinja would make of the template cannot be told: it uses what is not supported here, or too much of something. */
export class TemplateLimit extends Error {}

/**
 * What one rendering may spend, since a template comes from an untrusted image. Far beyond what any real template needs.
 */
export class Budget {
  #steps = 500_000;
  #characters = 8_000_000;
  #levels = 100;

  /** Takes note of work: a node evaluated, an item visited. */
  step(count = 1): void {
    this.#steps -= count;
    if (this.#steps < 0) throw new TemplateLimit("it takes too many steps");
  }

  /** Takes note of text that was made, and answers it. */
  text(text: string): string {
    this.#characters -= text.length;
    if (this.#characters < 0) throw new TemplateLimit("it makes too much text");
    return text;
  }

  /** Refuses text before it is made. */
  expect(length: number): void {
    if (length > this.#characters) throw new TemplateLimit("it makes too much text");
  }

  /** Does work one level deeper in a value. */
  nested<T>(work: () => T): T {
    if (--this.#levels < 0) throw new TemplateLimit("its values nest too deep");
    const result = work();
    this.#levels++;
    return result;
  }
}
