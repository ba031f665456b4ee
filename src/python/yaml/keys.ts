import { YamlError } from "./source.ts";

/** A place in the text, as the lexer counts it: line from 0, column from 0. */
export interface Place {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A token at which an implicit key may begin, until its colon is found or cannot come any more. */
interface Candidate extends Place {
  /** At the indentation of a block mapping it cannot be anything else. */
  readonly required: boolean;
}

/** PyYAML gives up on an implicit key after so many characters. */
const MAX_LENGTH = 1024;

/** The implicit keys that may still turn out: at most one outside of brackets, and one inside each pair of them. */
export class KeyCandidates {
  readonly #levels: (Candidate | undefined)[] = [undefined];
  /** Below it no candidate is left: an outer one begins earlier, and so ends earlier. */
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

  /** @throws YamlError if it can only be a key. */
  drop(): void {
    if (this.#levels.at(-1)?.required) throw missingColon(this.#levels.at(-1));
    this.#levels[this.#levels.length - 1] = undefined;
  }

  /** Takes the candidate, since its colon is here. */
  take(): Place | undefined {
    const candidate = this.#levels.at(-1);
    this.#levels[this.#levels.length - 1] = undefined;
    return candidate;
  }

  /** Drops those whose colon cannot come any more: it must be on the line of the key, and near. Each costs one step. */
  dropStale(text: string, here: Place): void {
    for (; this.#first < this.#levels.length; this.#first++) {
      const candidate = this.#levels[this.#first];
      if (candidate !== undefined && !isStale(text, candidate, here)) return;
      if (candidate?.required) throw missingColon(candidate);
      this.#levels[this.#first] = undefined;
      // The innermost one may still get a candidate.
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
