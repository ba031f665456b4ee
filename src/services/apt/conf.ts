import { type Image, readText } from "../../image/image.ts";
import type { Setting } from "../service.ts";

/**
 * The options of apt.conf(5) by their full name, in the order in which apt reads the files. A list is one setting whose
 * name ends in "::". #include is not followed.
 */
export function readAptOptions(image: Image): Setting[] {
  const directory = "/etc/apt/apt.conf.d";
  const parts = image.list(directory).filter((name) => /^[A-Za-z0-9_-]+(\.conf)?$/.test(name));
  const options = new Map<string, Setting>();
  let count = 0;
  for (const path of [...parts.map((name) => `${directory}/${name}`), "/etc/apt/apt.conf"]) {
    for (const statement of statementsIn(readText(image, path) ?? "")) {
      if (++count > STATEMENT_LIMIT) break;
      apply(options, statement, path);
    }
  }
  return [...options.values()];
}

/** The maximum number of options, since each `#clear` searches all names; real machines have fewer. */
const STATEMENT_LIMIT = 20_000;

/** A statement: `name "value";` with the names of the enclosing braces, or `#clear name;`. */
interface Statement {
  readonly name: string;
  readonly value: string;
  readonly line: number;
  readonly clears: boolean;
}

/** Sets an option. Names are case-insensitive; the first spelling is kept. */
function apply(options: Map<string, Setting>, { name, value, line, clears }: Statement, path: string): void {
  const id = name.toLowerCase();
  const former = options.get(id);
  if (clears) {
    for (const other of [...options.keys()]) if (other === id || other.startsWith(`${id}::`)) options.delete(other);
  } else if (former !== undefined && id.endsWith("::")) {
    options.set(id, { ...former, value: `${former.value}, ${value}` });
  } else {
    options.set(id, { key: former?.key ?? name, value, path, line });
  }
}

const NAME_LIMIT = 500;

function* statementsIn(text: string): Generator<Statement> {
  const scopes: string[] = [];
  let words: { text: string; line: number }[] = [];
  let clears = false;
  for (const token of tokensIn(text)) {
    if (token.mark === undefined) {
      words.push(token);
      continue;
    }
    const [first, second] = words;
    const scope = scopes.at(-1) ?? "";
    if (token.mark === "{") {
      scopes.push(scope + (first === undefined ? "" : `${first.text.slice(0, NAME_LIMIT)}::`).slice(0, NAME_LIMIT));
    } else if (first !== undefined && scope.length <= NAME_LIMIT) {
      // A single word is an item of the enclosing list.
      const name = second === undefined && !clears ? scope : scope + first.text;
      if (name !== "") yield { name, value: (second ?? first).text, line: first.line, clears };
    }
    if (token.mark === "}") scopes.pop();
    clears = token.mark === "#clear";
    words = [];
  }
}

/** Words without quotes, and the tokens `{`, `}`, `;` and `#clear`; comments are omitted. */
function* tokensIn(text: string): Generator<{ text: string; line: number; mark?: string }> {
  const pattern = /\n|[^\S\n]+|\/\/[^\n]*|#clear(?=\s)|#[^\n]*|\/\*|"[^"\n]*"?|[{};]|(?:[^\s"{};/#]|\/(?![/*])|#)+/y;
  let line = 1;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [token] = match;
    if (token === "\n") line++;
    else if (token === "/*") {
      const close = text.indexOf("*/", pattern.lastIndex);
      const end = close === -1 ? text.length : close + 2;
      for (let i = pattern.lastIndex; i < end; i++) if (text[i] === "\n") line++;
      pattern.lastIndex = end;
    } else if (token === "#clear" || /^[{};]$/.test(token)) yield { text: token, line, mark: token };
    else if (token.startsWith('"')) yield { text: token.replace(/^"|"$/g, ""), line };
    else if (!/^(\s|\/\/|#)/.test(token)) yield { text: token, line };
  }
}
