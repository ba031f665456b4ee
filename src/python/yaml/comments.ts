import { lexDocument } from "./lexer.ts";
import { readSource, YamlError } from "./source.ts";

/** The comments of a YAML text. */
export interface YamlComments {
  /** The offset of the `#` of each comment, ascending. */
  readonly starts: readonly number[];
  /** Where the text stops being valid, so that nothing is known of comments behind it; its length if it is valid. */
  readonly end: number;
}

/** Finds the comments of a YAML text: `#` in a string or a block scalar begins none. */
export function yamlComments(text: string): YamlComments {
  const starts: number[] = [];
  try {
    lexDocument(
      readSource(text),
      () => {},
      (offset) => starts.push(offset),
    );
    return { starts, end: text.length };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { starts, end: error.offset };
  }
}
