import { expect, it } from "vitest";
import { shellCommands } from "../../../src/boot/scripts/commands.ts";

/** What JavaScript calls white space, and a shell an ordinary character. */
const OTHER_SPACES = [..."\v\f\r\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"];

const wordsOf = (script: string) => shellCommands(script).map(({ words }) => words);

it.each(OTHER_SPACES.map((space) => [`U+${space.codePointAt(0)!.toString(16)}`, space]))(
  "%s is part of a word, wherever it stands",
  (_name, space) => {
    expect(wordsOf(`touch /etc/a${space}b`)).toEqual([["touch", `/etc/a${space}b`]]);
    expect(wordsOf(`${space}touch ${space}${space} a${space}\nb`)).toEqual([
      [`${space}touch`, `${space}${space}`, `a${space}`],
      ["b"],
    ]);
    expect(shellCommands(`echo >${space}`)).toEqual([{ words: ["echo"], outputs: [space] }]);
    expect(wordsOf(`a${space}#b #c`)).toEqual([[`a${space}#b`]]);
  },
);

it("blanks and tabs separate words, line ends commands", () => {
  expect(wordsOf("a\tb  c\n\nd")).toEqual([["a", "b", "c"], ["d"]]);
});
