import { YamlError } from "./source.ts";

/** A place in the text as the lexer counts: line and column from 0. */
export interface Place {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A token at which an implicit key may begin, until its colon is found or can no longer follow. */
interface Candidate extends Place {
  /** At the indentation of a block mapping it must be a key. */
  readonly required: boolean;
}

/** The maximum length of an implicit key in PyYAML, in characters. */
const MAX_LENGTH = 1024;

/** The candidates for implicit keys: at most one outside brackets, and one inside each pair of them. */
export class KeyCandidates {
  readonly #levels: (Candidate | undefined)[] = [undefined];
  /** No candidate is left below this index: an outer one begins earlier and thus ends earlier. */
  #first = 0;

  openBracket(): void {
    this.#levels.push(undefined);
  }

  closeBracket(): void {
    this.#levels.pop();
    this.#first = Math.min(this.#first, this.#levels.length - 1);
  }

  keep(place: Place, required: boolean): void {
    this.drop();
    this.#levels[this.#levels.length - 1] = { ...place, required };
  }

  /** @throws YamlError if it must be a key. */
  drop(): void {
    if (this.#levels.at(-1)?.required) throw missingColon(this.#levels.at(-1));
    this.#levels[this.#levels.length - 1] = undefined;
  }

  /** Takes the candidate whose colon is here. */
  take(): Place | undefined {
    const candidate = this.#levels.at(-1);
    this.#levels[this.#levels.length - 1] = undefined;
    return candidate;
  }

  /**
   * Drops candidates whose colon can no longer follow: it must be on the line of the key, and near. Each costs one
   * step.
   */
  dropStale(text: string, here: Place): void {
    for (; this.#first < this.#levels.length; this.#first++) {
      const candidate = this.#levels[this.#first];
      if (candidate !== undefined && !isStale(text, candidate, here)) return;
      if (candidate?.required) throw missingColon(candidate);
      this.#levels[this.#first] = undefined;
      // The innermost bracket may still get a candidate.
      if (this.#first === this.#levels.length - 1) return;
    }
  }
}

function isStale(text: string, candidate: Candidate, here: Place): boolean {
  if (candidate.line !== here.line) return true;
  if (here.offset - candidate.offset <= MAX_LENGTH) return false;
  return [...text.slice(candidate.offset, here.offset)].length > MAX_LENGTH;
}

function missingColon(candidate: Place | undefined): YamlError {
  const reason = "this line needs a colon and a value, or deeper indentation to continue the line above";
  return new YamlError(reason, candidate?.offset ?? 0);
}
