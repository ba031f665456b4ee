import { type CST, Parser } from "yaml";
import { lexDocument } from "./lexer.ts";
import { type RawNode, readNodes } from "./nodes.ts";
import { type Source, YamlError } from "./source.ts";

/**
 * PyYAML recurses twice per level: with Python's limit of 1000 it fails at 492 levels when called from a script, and
 * about 15 levels earlier when called by cloud-init, which is itself 30 calls deep.
 */
export const MAX_DEPTH = 475;

/**
 * The maximum number of lexemes, since each costs the parser some hundred bytes; 80,000 lines of `key: value` reach it.
 */
const MAX_LEXEMES = 500_000;

/**
 * The tree of the single document in a text; undefined if the text contains only comments.
 * @throws YamlError
 */
export function readStructure(source: Source): RawNode | undefined {
  const parser = new Parser();
  const parsed: CST.Token[] = [];
  let count = 0;
  const tokens = lexDocument(source, (lexeme, offset) => {
    if (++count > MAX_LEXEMES) throw new YamlError("the file has too many values; split it", offset, "size");
    parser.offset = offset;
    for (const token of parser.next(lexeme)) parsed.push(token);
    if (parser.stack.length > MAX_DEPTH + 2)
      throw new YamlError(`nested more than ${MAX_DEPTH} levels deep`, offset, "depth");
  });
  if (tokens === undefined) return undefined;
  for (const token of parser.end()) parsed.push(token);
  return readNodes(parsed, tokens);
}
