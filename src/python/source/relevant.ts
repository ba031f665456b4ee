/** Strings and comments, and places where code begins a line. */
const PIECES =
  /"""[^\\"]*(?:(?:\\[\s\S]|"(?!""))[^\\"]*)*"""|'''[^\\']*(?:(?:\\[\s\S]|'(?!''))[^\\']*)*'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|#.*|^(?=[\w@])/gm;
const DEFINITION = /^(?:async[ \t]+)?(?:def|class)[ \t]+\w+/;
const IMPORT = /^(?:from|import)\b/;
/** Words of code that may set any name of its module. */
const SETS_ANY = ["globals", "locals", "vars", "exec", "eval", "modules", "__dict__", "__globals__"];
const WORDS = /[A-Za-z_]\w*/g;

/** A statement of a module with the lines that belong to it. */
interface Statement {
  readonly text: string;
  /** The same without strings and comments. */
  readonly code: string;
}

/**
 * A module's source in which the classes and functions are empty that have nothing to do with what some of its names
 * stand for: they contain none of these names, nor any that stands in a statement together with one of them, and so on.
 * Strings and comments count as code there, so that rather too much is left.
 */
export function relevantTo(names: readonly string[], source: string): string {
  const statements = statementsOf(source);
  const related = new Set(names);
  const others = new Set(statements.filter(({ text }) => !DEFINITION.test(text) && !IMPORT.test(text)));
  for (let before = -1; before < related.size; ) {
    before = related.size;
    for (const statement of others) {
      const words = statement.code.match(WORDS) ?? [];
      if (!words.some((word) => related.has(word))) continue;
      for (const word of words) related.add(word);
      others.delete(statement);
    }
  }
  const relation = new RegExp(`\\b(?:${[...SETS_ANY, ...related].join("|")})\\b`);
  return statements
    .map((statement) => {
      const [definition] = DEFINITION.exec(statement.text) ?? [];
      return definition === undefined || relation.test(statement.text) ? statement.text : `${definition}(): pass\n`;
    })
    .join("");
}

function statementsOf(source: string): Statement[] {
  const statements: Statement[] = [];
  let [start, from] = [0, 0];
  let code = "";
  for (const { 0: piece, index } of source.matchAll(PIECES)) {
    code += `${source.slice(from, index)} `;
    from = index + piece.length;
    if (piece !== "") continue;
    statements.push({ text: source.slice(start, index), code });
    start = index;
    code = "";
  }
  statements.push({ text: source.slice(start), code: code + source.slice(from) });
  return statements;
}
